//! The program on a terminal, which is a pseudo-terminal of a known width.

mod world;

use world::{World, on_terminal};

#[test]
fn parquet_is_never_written_to_a_terminal() {
    let world = World::crawled();
    for arguments in [&["query", "SELECT 1 AS n"][..], &["files"], &["snapshots"]] {
        let arguments = [arguments, &["--format", "parquet"]].concat();
        let (code, shown) = on_terminal(world.command(&arguments), 80);
        assert_eq!(code, 2, "{arguments:?}: {shown}");
        assert!(shown.contains("standard output is a terminal"), "{arguments:?}: {shown}");
        assert!(!shown.contains("PAR1"), "{arguments:?}");
        let piped = world.command(&arguments).output().expect("the program starts");
        assert!(piped.status.success() && piped.stdout.starts_with(b"PAR1"), "{arguments:?}");
    }
}
