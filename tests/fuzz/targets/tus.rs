//! The routes for photos, over a real connection: headers of tus and everything around them, byte by byte.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use domain::{PhotoHash, SiteId};
use office::{Inspector, TestOffice, sample, shown, visit};
use rand::Rng as _;
use rand::rngs::StdRng;
use store::{LogEntry, StoreError};
use tokio::runtime::Runtime;
use uuid::Uuid;
use wire::message::RecordedInspection;
use wire::sync::DocumentChanges;

use crate::fuzz::mutate::{damaged, extreme, noise, pick};
use crate::fuzz::runner::Target;

/// What stands in a case for what only the running server knows.
const TOKEN: &str = "{TOKEN}";
const HASH: &str = "{HASH}";
const HASH_IN_BASE64: &str = "{HASH64}";

pub struct Tus {
    runtime: Runtime,
    office: TestOffice,
    token: String,
    hash: PhotoHash,
    jpeg: Vec<u8>,
    _ahua: Inspector,
}

impl Tus {
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        // A photo that is in a record at the office and has not arrived there.
        let (office, ahua, hash, jpeg) = runtime.block_on(async {
            let office = TestOffice::of_donghui().await;
            let ahua = office.inspector("阿华").await;
            ahua.sync().await.expect("it syncs");
            let site: SiteId = ahua.register("有照片的厂");
            let photo = ahua.photograph(Uuid::now_v7(), &sample::path("photos/gps-DSCN0012.jpg"));
            let mut inspection = visit(site);
            inspection.photos = vec![shown(&photo.hash)];
            ahua.call::<RecordedInspection>("inspections.record", inspection);
            let jpeg = ahua.device.photo(&photo.hash, false).expect("it is here").expect("it is here");
            (office, ahua, photo.hash, jpeg)
        });
        let made = ahua.device.app().store();
        let unsent = made
            .read::<_, StoreError>(|reader| reader.unsent_after(0, usize::MAX))
            .expect("they can be read");
        for change in unsent {
            let LogEntry { document, kind, bytes } = change.entry;
            let news = DocumentChanges { document, kind, changes: vec![bytes.into()] };
            let taken =
                office.app.store().write::<_, StoreError>(|writer| writer.ingest(&change.grid, &news, None));
            assert!(taken.expect("it is taken in").iter().all(Result::is_ok));
        }
        let token = office.token();
        Self { runtime, office, token, hash, jpeg, _ahua: ahua }
    }
}

const HEADERS: &[&str] = &[
    "Upload-Length",
    "Upload-Offset",
    "Upload-Checksum",
    "Upload-Metadata",
    "Tus-Resumable",
    "Content-Type",
    "Content-Length",
    "Transfer-Encoding",
    "Expect",
    "Range",
    "X-HTTP-Method-Override",
    "Upload-Defer-Length",
    "Upload-Concat",
    "Authorization",
    "Host",
    "Connection",
    "Content-Encoding",
    "If-Range",
];
const VALUES: &[&str] = &[
    "0",
    "-1",
    "+1",
    "1e3",
    "18446744073709551615",
    "18446744073709551616",
    "67108864",
    "67108865",
    "1.0.0",
    "0.2.2",
    "sha1 ",
    "sha256 AAAA",
    "md5 AAAA",
    "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=",
    "sha256 {HASH64}",
    "filename YQ==,sha256 {HASH64}",
    "sha256 ====",
    ",,,,",
    "chunked",
    "gzip, chunked",
    "identity",
    "100-continue",
    "bytes=0-",
    "bytes=-1",
    "bytes=5-2",
    "bytes=0-18446744073709551615",
    "bytes=0-0,1-1,2-2",
    "PATCH",
    "DELETE",
    "HEAD",
    "application/offset+octet-stream",
    "Bearer {TOKEN}",
    "Bearer vl_guess",
    "close",
    "\u{e9}",
    "",
];

impl Target for Tus {
    fn next(&mut self, rng: &mut StdRng) -> Vec<u8> {
        let methods = ["POST", "PATCH", "HEAD", "GET", "DELETE", "OPTIONS", "PUT", "TRACE"];
        let paths = [
            "/sync/photos",
            "/sync/photos/{HASH}",
            "/sync/photos/{HASH}",
            "/sync/photos/zz",
            "/sync/photos/%00",
            "/sync/photos/../../x",
            "/sync/thumbnails",
        ];
        let body = match rng.random_range(0..4) {
            0 => Vec::new(),
            1 => noise(rng, 2_000),
            _ => self.jpeg[..rng.random_range(0..4_000)].to_vec(),
        };
        let mut headers: Vec<(String, String)> = [
            ("Host", "localhost"),
            ("Authorization", "Bearer {TOKEN}"),
            ("Tus-Resumable", "1.0.0"),
            ("Content-Type", "application/offset+octet-stream"),
            ("Upload-Metadata", "sha256 {HASH64}"),
            ("Upload-Offset", "0"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        headers.push(("Upload-Length".to_owned(), self.jpeg.len().to_string()));
        headers.push(("Content-Length".to_owned(), body.len().to_string()));
        for _ in 0..rng.random_range(0..4) {
            let place = rng.random_range(0..headers.len());
            let value = match rng.random_range(0..4) {
                0 => extreme(rng).to_string(),
                1 => pick(rng, VALUES).repeat(rng.random_range(1..300)),
                _ => (*pick(rng, VALUES)).to_owned(),
            };
            match rng.random_range(0..4) {
                0 => drop(headers.remove(place)),
                1 => headers[place].1 = value,
                2 => headers.push(((*pick(rng, HEADERS)).to_owned(), value)),
                _ => headers.insert(place, headers[place].clone()),
            }
            if headers.is_empty() {
                break;
            }
        }
        let mut case = format!("{} {} HTTP/1.1\r\n", pick(rng, &methods), pick(rng, &paths)).into_bytes();
        for (name, value) in headers {
            case.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        case.extend(b"\r\n");
        case.extend(body);
        if rng.random_ratio(1, 4) { damaged(rng, &case, &case.clone()) } else { case }
    }

    fn run(&mut self, case: &[u8]) -> Result<(), String> {
        let base64 = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, self.hash.to_string());
        let mut bytes = case.to_vec();
        for (mark, value) in [(TOKEN, &self.token), (HASH, &self.hash.to_string()), (HASH_IN_BASE64, &base64)]
        {
            bytes = replaced(&bytes, mark.as_bytes(), value.as_bytes());
        }
        let address = self.office.address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).map_err(|error| format!("nobody listens: {error}"))?;
        stream.set_read_timeout(Some(Duration::from_millis(1_500))).map_err(|error| error.to_string())?;
        // Whoever is refused early finds the connection closed while it writes.
        let _ = stream.write_all(&bytes).and_then(|()| stream.shutdown(Shutdown::Write));
        let mut answer = Vec::new();
        let mut piece = [0; 65_536];
        while let Ok(count @ 1..) = stream.read(&mut piece) {
            answer.extend(&piece[..count]);
            if answer.len() > 4 << 20 {
                return Err("the answer does not end".to_owned());
            }
        }
        if answer.windows(13).any(|window| window == b"HTTP/1.1 500 ") {
            return Err(format!("the server failed: {}", String::from_utf8_lossy(&answer)));
        }
        // Nothing counts as stored that does not hash right, and others are served as before.
        if let Ok(Some(stored)) = self.office.app.store().photo_bytes(&self.hash)
            && stored != self.jpeg
        {
            return Err("something else is stored under the photo's name".to_owned());
        }
        self.runtime.block_on(async {
            let url = format!("{}/sync/photos", self.office.address);
            let alive = reqwest::Client::new().request(reqwest::Method::OPTIONS, url).send();
            match tokio::time::timeout(Duration::from_secs(2), alive).await {
                Ok(Ok(_)) => Ok(()),
                other => Err(format!("the server does not answer any more: {other:?}")),
            }
        })
    }
}

fn replaced(bytes: &[u8], mark: &[u8], value: &[u8]) -> Vec<u8> {
    let (mut replaced, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some(at) = rest.windows(mark.len()).position(|window| window == mark) {
        replaced.extend([&rest[..at], value].concat());
        rest = &rest[at + mark.len()..];
    }
    replaced.extend(rest);
    replaced
}
