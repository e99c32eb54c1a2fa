//! Where the lake is: a local folder or any object store's URL.

use std::net::IpAddr;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsCredentialProvider};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, ObjectStoreScheme, PutMode, PutOptions};
use orgcensus_row::Timestamp;
use url::Url;

use crate::no_redirects::NoRedirects;
use crate::preview::Preview;
use crate::{Error, Result, durable};

/// All snapshots of all organizations that were published to one place.
#[derive(Debug, Clone)]
pub struct Lake {
    store: Arc<dyn ObjectStore>,
    root: Path,
    local: Option<PathBuf>,
    url: String,
    storage_class: Option<String>,
    clock: fn() -> Timestamp,
    warn: fn(&str),
    /// What readers of this clone find besides what is published.
    preview: Option<Arc<Preview>>,
}

/// How to reach a lake that is no folder.
#[derive(Debug, Clone, Default)]
pub struct LakeOptions {
    /// `object_store`'s own settings (`aws_region`, `aws_endpoint`, `aws_server_side_encryption`, …). They win over
    /// the environment's `AWS_…` variables, which are read for S3.
    pub settings: Vec<(String, String)>,
    /// Credentials for the bucket, where they are others than the environment's.
    pub credentials: Option<AwsCredentialProvider>,
    /// The storage class of the tables' files, `INTELLIGENT_TIERING`; the bucket's own default if none. Manifests and
    /// commits, which are small and read often, are never stored otherwise.
    pub storage_class: Option<String>,
    /// What time it is; the system's clock if none.
    pub clock: Option<fn() -> Timestamp>,
    /// Called with a sentence about each object that was passed over, perhaps twice with the same one; none: nobody is
    /// told.
    pub warn: Option<fn(&str)>,
}

impl Lake {
    /// Opens the lake at a path or URL. A folder is created; a bucket is not asked before it is used.
    pub fn open(location: &str, options: &LakeOptions) -> Result<Self> {
        if !location.contains("://") {
            return Self::folder(FilePath::new(location), options);
        }
        let url = Url::parse(location).map_err(|error| Error::invalid(location, error))?;
        let unknown = |error: object_store::Error| Error::invalid(location, error);
        let (scheme, root) = ObjectStoreScheme::parse(&url).map_err(|error| unknown(error.into()))?;
        let store: Arc<dyn ObjectStore> = match scheme {
            ObjectStoreScheme::Local => {
                let path = url.to_file_path().map_err(|()| Error::invalid(location, "it names no local folder"))?;
                return Self::folder(&path, options);
            }
            ObjectStoreScheme::AmazonS3 => Arc::new(s3(location, options).map_err(unknown)?),
            _ => object_store::parse_url_opts(&url, options.settings.clone()).map_err(unknown)?.0.into(),
        };
        let (url, storage_class) = (location.trim_end_matches('/').to_owned(), options.storage_class.clone());
        let (clock, warn) = (options.clock.unwrap_or(system_clock), options.warn.unwrap_or(|_| ()));
        Ok(Self { store, root, local: None, url, storage_class, clock, warn, preview: None })
    }

    fn folder(folder: &FilePath, options: &LakeOptions) -> Result<Self> {
        let disk = |error| Error::disk(folder, error);
        std::fs::create_dir_all(folder).map_err(disk)?;
        let folder = folder.canonicalize().map_err(disk)?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(|error| Error::store(folder.display(), error))?;
        let url = folder.display().to_string();
        let (clock, warn) = (options.clock.unwrap_or(system_clock), options.warn.unwrap_or(|_| ()));
        let (store, root, local) = (Arc::new(store), Path::default(), Some(folder));
        Ok(Self { store, root, local, url, storage_class: None, clock, warn, preview: None })
    }

    /// The same lake, whose readers find this besides.
    pub(crate) fn with_preview(&self, preview: Preview) -> Self {
        Self { preview: Some(Arc::new(preview)), ..self.clone() }
    }

    /// What readers find besides what is published.
    pub(crate) fn preview(&self) -> Option<&Preview> {
        self.preview.as_deref()
    }

    /// The object store that holds it.
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// The prefix of all its objects in the store.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its folder, if it is one.
    pub fn local(&self) -> Option<&FilePath> {
        self.local.as_deref()
    }

    /// Its address: the folder's path, or the URL without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Tells the listener about an object that was passed over.
    pub(crate) fn warn(&self, words: &str) {
        (self.warn)(words);
    }

    /// The storage class of the tables' files, if it is not the bucket's default.
    pub(crate) fn storage_class(&self) -> Option<&str> {
        self.storage_class.as_deref()
    }

    /// Where `relative` (a path in a manifest or commit) is in the store.
    pub fn path(&self, relative: &str) -> Result<Path> {
        let absolute = if self.root.is_root() { relative.to_owned() } else { format!("{}/{relative}", self.root) };
        Path::parse(&absolute).map_err(|error| Error::invalid(relative, error))
    }

    /// The inverse of [`Lake::path`]: how a manifest names an object.
    pub(crate) fn relative(&self, path: &Path) -> String {
        let path = path.as_ref();
        path.strip_prefix(self.root.as_ref()).unwrap_or(path).trim_start_matches('/').to_owned()
    }

    /// An object's whole address, for people.
    pub(crate) fn name(&self, path: &Path) -> String {
        format!("{}/{}", self.url, self.relative(path))
    }

    /// The file behind an object, if the lake is a folder.
    pub(crate) fn file(&self, path: &Path) -> Option<PathBuf> {
        self.local.as_ref().map(|folder| folder.join(path.as_ref()))
    }

    pub(crate) async fn get(&self, path: &Path) -> Result<Bytes> {
        let answer = self.store.get(path).await.map_err(|error| Error::store(self.name(path), error))?;
        answer.bytes().await.map_err(|error| Error::store(self.name(path), error))
    }

    /// The same, but an object that is longer is corrupt, and not read.
    pub(crate) async fn get_at_most(&self, path: &Path, bytes_max: u64) -> Result<Bytes> {
        let answer = self.store.get(path).await.map_err(|error| Error::store(self.name(path), error))?;
        if answer.meta.size > bytes_max {
            return Err(Error::corrupt(self.name(path), format!("it has {} bytes", answer.meta.size)));
        }
        answer.bytes().await.map_err(|error| Error::store(self.name(path), error))
    }

    /// The bytes of an object that is named from the root.
    pub async fn read(&self, name: &str) -> Result<Bytes> {
        self.get(&self.path(name)?).await
    }

    /// Writes an object that is named from the root, whole or not at all.
    pub async fn write(&self, name: &str, bytes: impl Into<Bytes>) -> Result<()> {
        self.put(&self.path(name)?, bytes.into()).await
    }

    /// The same, unless an object of this name is there already: then nothing is written, and it says false.
    pub async fn write_new(&self, name: &str, bytes: impl Into<Bytes>) -> Result<bool> {
        self.create(&self.path(name)?, bytes.into()).await
    }

    /// Writes a small object and removes it: whether a run could publish here.
    pub async fn try_write(&self) -> Result<()> {
        let path = self.path("_stage/preflight")?;
        self.put(&path, Bytes::from_static(b"orgcensus")).await?;
        self.store.delete(&path).await.map_err(|error| Error::store(self.name(&path), error))
    }

    /// All objects below a prefix; none where there is none.
    pub(crate) async fn list(&self, prefix: &Path) -> Result<Vec<ObjectMeta>> {
        self.listed(prefix, self.store.list(Some(prefix))).await
    }

    /// All objects below a prefix whose names come after `first`; none where there is none.
    pub(crate) async fn list_from(&self, prefix: &Path, first: &Path) -> Result<Vec<ObjectMeta>> {
        self.listed(prefix, self.store.list_with_offset(Some(prefix), first)).await
    }

    async fn listed(
        &self,
        prefix: &Path,
        objects: BoxStream<'_, object_store::Result<ObjectMeta>>,
    ) -> Result<Vec<ObjectMeta>> {
        match objects.try_collect().await.map_err(|error| Error::store(self.name(prefix), error)) {
            Err(Error::Missing { .. }) => Ok(Vec::new()),
            listed => listed,
        }
    }

    /// The names of the folders in a folder; none where there is none.
    pub(crate) async fn folders(&self, folder: &Path) -> Result<Vec<String>> {
        let listed = self.store.list_with_delimiter(Some(folder)).await;
        match listed.map_err(|error| Error::store(self.name(folder), error)) {
            Ok(found) => Ok(found.common_prefixes.iter().filter_map(|it| it.filename().map(str::to_owned)).collect()),
            Err(Error::Missing { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Removes one object. It is no error if the object is not there.
    pub(crate) async fn remove(&self, path: &Path) -> Result<()> {
        match self.store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::store(self.name(path), error)),
        }
    }

    pub(crate) async fn put(&self, path: &Path, bytes: Bytes) -> Result<()> {
        self.store.put(path, bytes.into()).await.map_err(|error| Error::store(self.name(path), error))?;
        Ok(())
    }

    /// Removes all objects under a prefix.
    pub(crate) async fn remove_all(&self, prefix: &Path) -> Result<()> {
        if let Some(folder) = self.file(prefix) {
            return blocking(move || durable::remove_directory(&folder).map_err(|error| Error::disk(&folder, error)))
                .await;
        }
        let left = self.store.list(Some(prefix)).map_ok(|object| object.location).boxed();
        let removed = self.store.delete_stream(left).try_for_each(|_| std::future::ready(Ok(()))).await;
        match removed.map_err(|error| Error::store(self.name(prefix), error)) {
            Err(Error::Missing { .. }) => Ok(()),
            result => result,
        }
    }

    /// Creates a whole object, or returns `false` because it exists already. In a folder the object survives a power
    /// loss.
    pub(crate) async fn create(&self, path: &Path, bytes: Bytes) -> Result<bool> {
        if let Some(file) = self.file(path) {
            return blocking(move || durable::create_new(&file, &bytes).map_err(|error| Error::disk(&file, error)))
                .await;
        }
        match self.store.put_opts(path, bytes.into(), PutOptions::from(PutMode::Create)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(Error::store(self.name(path), error)),
        }
    }

    /// Makes a written object survive a power loss. An object store has done so already.
    pub(crate) async fn sync(&self, path: &Path) -> Result<()> {
        let Some(file) = self.file(path) else { return Ok(()) };
        blocking(move || durable::sync_file(&file).map_err(|error| Error::disk(&file, error))).await
    }

    /// Makes the names of all objects in `folder` and of the folders above it survive a power loss.
    pub(crate) async fn sync_names(&self, folder: &Path) -> Result<()> {
        let (Some(top), Some(folder)) = (self.local.clone(), self.file(folder)) else { return Ok(()) };
        blocking(move || {
            for folder in folder.ancestors().take_while(|folder| folder.starts_with(&top)) {
                durable::sync_directory(folder).map_err(|error| Error::disk(folder, error))?;
            }
            Ok(())
        })
        .await
    }
}

/// Runs work that waits for the disk on a thread where it delays no other task.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::Unreachable { what: "the thread that writes".into(), source: error.into() }),
    }
}

fn system_clock() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp_millis())
}

fn s3(location: &str, options: &LakeOptions) -> object_store::Result<object_store::aws::AmazonS3> {
    let mut builder = AmazonS3Builder::from_env().with_url(location).with_http_connector(NoRedirects);
    for (key, value) in &options.settings {
        builder = builder.with_config(key.parse()?, value);
    }
    let endpoint = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint];
    if endpoint.iter().find_map(|key| builder.get_config_value(key)).is_some_and(|endpoint| is_loopback(&endpoint)) {
        // An emulator on this machine: no one else can listen.
        builder = builder.with_allow_http(true);
    }
    if let Some(credentials) = &options.credentials {
        builder = builder.with_credentials(credentials.clone());
    }
    builder.build()
}

fn is_loopback(endpoint: &str) -> bool {
    let Ok(url) = Url::parse(endpoint) else { return false };
    let Some(host) = url.host_str() else { return false };
    host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lake_is_a_folder_or_a_url() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/lake");
        let lake = Lake::open(path.to_str().unwrap(), &LakeOptions::default()).unwrap();
        assert_eq!(lake.local().unwrap(), path.canonicalize().unwrap());
        let url = format!("file://{}", path.display());
        assert_eq!(Lake::open(&url, &LakeOptions::default()).unwrap().local(), lake.local());

        let settings = vec![("aws_region".to_owned(), "eu-west-1".to_owned())];
        let s3 = Lake::open("s3://bucket/a/lake/", &LakeOptions { settings, ..LakeOptions::default() }).unwrap();
        assert_eq!((s3.url(), s3.root().as_ref(), s3.local()), ("s3://bucket/a/lake", "a/lake", None));
        let path = s3.path("_commits/00000001.json").unwrap();
        assert_eq!(
            (path.as_ref(), s3.relative(&path).as_str()),
            ("a/lake/_commits/00000001.json", "_commits/00000001.json")
        );
        let unknown = vec![("no_such_setting".to_owned(), "x".to_owned())];
        let error =
            Lake::open("s3://bucket", &LakeOptions { settings: unknown, ..LakeOptions::default() }).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
        assert!(matches!(Lake::open("nowhere://x", &LakeOptions::default()), Err(Error::Invalid { .. })));
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for endpoint in ["http://localhost:5000", "http://127.0.0.1:1", "http://[::1]:1"] {
            assert!(is_loopback(endpoint), "{endpoint}");
        }
        assert!(!is_loopback("http://10.0.0.1:5000") && !is_loopback("http://example.com"));
    }
}
