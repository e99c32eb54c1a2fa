//! What can go wrong with a lake or a stage. Each variant is named for what the user can do about it.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::lock::Holder;

/// The result of what touches a lake or a stage.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn StdError + Send + Sync>;

/// Why the lake or the stage could not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Try again later, or check the address and the network.
    #[error("reach {what}")]
    Unreachable {
        /// The object or address.
        what: String,
        /// What the store said.
        source: Source,
    },
    /// Get permission: the credentials or the file's mode do not allow it.
    #[error("be allowed to use {what}")]
    Refused {
        /// The object or file.
        what: String,
        /// What the store said.
        source: Source,
    },
    /// It is not there.
    #[error("find {what}")]
    Missing {
        /// The object or file.
        what: String,
    },
    /// Free some space, then resume: what was committed is safe.
    #[error("write {what}: the disk is full")]
    Full {
        /// The file.
        what: String,
        /// What the operating system said.
        source: Source,
    },
    /// The local disk failed in another way.
    #[error("use {what}")]
    Disk {
        /// The file.
        what: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The bytes are not those that were written.
    #[error("read {file}: {what}")]
    Corrupt {
        /// The file.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// Use the version of orgcensus that wrote it.
    #[error("read {file}: its format is {found}, this version of orgcensus knows format {expected}")]
    OtherFormat {
        /// The file.
        file: String,
        /// The format that the file says.
        found: u64,
        /// The format that this version knows.
        expected: u64,
    },
    /// Another run of the same organization is alive: wait for it.
    #[error("lock organization {}: run {} on {} is alive, last heard of at {}", .0.organization_id, .0.run_id, .0.host, .0.heartbeat())]
    Held(Box<Holder>),
    /// Another run took this one for dead and took over: this run must stop.
    #[error("keep the lock of organization {organization_id}: another run has taken it over")]
    Lost {
        /// The organization.
        organization_id: String,
    },
    /// Another process works on this stage.
    #[error("open the stage {stage}: another process uses it")]
    Busy {
        /// The stage's directory.
        stage: String,
    },
    /// The caller's mistake: a name, an address, an order or a batch that cannot be.
    #[error("accept {what}: {reason}")]
    Invalid {
        /// What was given.
        what: String,
        /// Why it cannot be.
        reason: String,
    },
}

impl Error {
    /// An error of the local disk.
    pub(crate) fn disk(path: &Path, source: io::Error) -> Self {
        let what = path.display().to_string();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { what, source: source.into() },
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Self::Refused { what, source: source.into() }
            }
            ErrorKind::NotFound => Self::Missing { what },
            _ => Self::Disk { what, source },
        }
    }

    /// An error of the object store, which may be a folder on the local disk.
    pub(crate) fn store(what: impl ToString, source: object_store::Error) -> Self {
        use object_store::Error as Store;
        let what = what.to_string();
        match source {
            Store::NotFound { .. } => Self::Missing { what },
            Store::PermissionDenied { .. } | Store::Unauthenticated { .. } => {
                Self::Refused { what, source: source.into() }
            }
            _ => match disk_kind(&source) {
                Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => Self::Full { what, source: source.into() },
                Some(ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                    Self::Refused { what, source: source.into() }
                }
                _ => Self::Unreachable { what, source: source.into() },
            },
        }
    }

    /// An error of the Parquet writer: the store's where the store caused it, else a batch that cannot be written.
    pub(crate) fn parquet(what: impl ToString, source: parquet::errors::ParquetError) -> Self {
        if let parquet::errors::ParquetError::External(inner) = source {
            return match unwrap_store(inner) {
                Ok(store) => Self::store(what, store),
                Err(inner) => Self::Unreachable { what: what.to_string(), source: inner },
            };
        }
        Self::Invalid { what: what.to_string(), reason: source.to_string() }
    }

    pub(crate) fn corrupt(file: impl ToString, what: impl ToString) -> Self {
        Self::Corrupt { file: file.to_string(), what: what.to_string() }
    }

    pub(crate) fn invalid(what: impl ToString, reason: impl ToString) -> Self {
        Self::Invalid { what: what.to_string(), reason: reason.to_string() }
    }
}

/// The kind of the operating system's error at the root of `error`, if there is one.
fn disk_kind(error: &object_store::Error) -> Option<ErrorKind> {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        cause = error.source();
    }
    None
}

/// The asynchronous Parquet writer wraps its sink's error twice.
fn unwrap_store(error: Source) -> std::result::Result<object_store::Error, Source> {
    match error.downcast::<parquet::errors::ParquetError>() {
        Ok(inner) => match *inner {
            parquet::errors::ParquetError::External(inner) => unwrap_store(inner),
            other => Err(Box::new(other)),
        },
        Err(error) => error.downcast::<object_store::Error>().map(|store| *store),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> io::Error {
        io::Error::from(ErrorKind::StorageFull)
    }

    #[test]
    fn a_full_disk_says_so_whoever_met_it() {
        let generic = || object_store::Error::Generic { store: "LocalFileSystem", source: Box::new(full()) };
        let wrapped = parquet::errors::ParquetError::External(Box::new(parquet::errors::ParquetError::External(
            Box::new(generic()),
        )));
        let errors = [Error::disk(Path::new("f"), full()), Error::store("f", generic()), Error::parquet("f", wrapped)];
        for error in errors {
            assert!(matches!(error, Error::Full { .. }), "{error:?}");
            assert_eq!(error.to_string(), "write f: the disk is full");
        }
    }

    #[test]
    fn what_is_forbidden_is_refused_and_the_rest_is_unreachable() {
        let refused = Error::disk(Path::new("f"), ErrorKind::PermissionDenied.into());
        assert!(matches!(refused, Error::Refused { .. }));
        let other = object_store::Error::Generic { store: "S3", source: "no route".into() };
        assert!(matches!(Error::store("f", other), Error::Unreachable { .. }));
    }
}
