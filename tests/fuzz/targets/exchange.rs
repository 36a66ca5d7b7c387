//! The office, asked by a device that sends messages of the right shape and the wrong content.

use std::sync::Arc;

use app::{App, Office, system_clock};
use domain::{GridCode, PhotoHash, Role, Scope};
use office::now;
use rand::Rng as _;
use rand::rngs::StdRng;
use serde_bytes::ByteBuf;
use store::{Role as Replica, StoreError};
use tempfile::TempDir;
use uuid::Uuid;
use wire::sync::{ExchangeRequest, SyncProtocol as _, decode, encode};

use super::base::{self, NAME};
use super::frames;
use crate::fuzz::mutate::{damaged, extreme, noise, pick};
use crate::fuzz::runner::Target;

pub struct Exchange {
    app: Arc<App>,
    office: Office,
    request: ExchangeRequest,
    _folder: TempDir,
}

impl Exchange {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let app = Arc::new(App::open(folder.path(), Replica::Office, system_clock()).expect("a new office"));
        for known in base::known() {
            let news = known.news(&known.changes);
            let answers =
                app.store().write::<_, StoreError>(|writer| writer.ingest(&known.grid, &news, None));
            assert!(answers.expect("it is taken in").iter().all(Result::is_ok));
        }
        let scope = Scope::new(vec!["350211".parse().expect("a code")]);
        let office = Office::new(app.store().clone(), scope, NAME.to_owned(), Role::Admin);
        Self { app, office, request: frames::request(), _folder: folder }
    }
}

impl Target for Exchange {
    fn next(&mut self, rng: &mut StdRng) -> Vec<u8> {
        let mut request = self.request.clone();
        let grids: Vec<GridCode> = ["35", "3502", "350211", "350211102", "350211102207", "440305001001"]
            .iter()
            .filter_map(|code| code.parse().ok())
            .collect();
        for _ in 0..rng.random_range(1..5) {
            match rng.random_range(0..12) {
                0 => request.install = Uuid::from_u128(rng.random_range(0..4)),
                1 => request.generation = Some(Uuid::from_u128(rng.random())),
                2 => request.own_too = true,
                3 => request.cursors.iter_mut().for_each(|cursor| cursor.seq = extreme(rng)),
                4 => {
                    let cursor = pick(rng, &request.cursors).clone();
                    let times = rng.random_range(0..20_000);
                    request.cursors.resize(request.cursors.len() + times, cursor);
                }
                5 => request.cursors.iter_mut().for_each(|cursor| cursor.grid = pick(rng, &grids).clone()),
                6 => {
                    let hashes = 0..rng.random_range(0..20_000_u32);
                    request.held.extend(hashes.map(|n| ByteBuf::from(n.to_be_bytes().to_vec())));
                }
                7 => request.held.push(ByteBuf::from(noise(rng, 500))),
                8 => {
                    let hash = |n: u64| format!("{n:064x}").parse::<PhotoHash>().ok();
                    request.photos.extend((0..rng.random_range(0..20_000_u64)).filter_map(hash));
                }
                9 => request.push.iter_mut().for_each(|push| push.grid = pick(rng, &grids).clone()),
                10 => {
                    let count = rng.random_range(0..3_000);
                    let junk: Vec<ByteBuf> = (0..count).map(|_| ByteBuf::from(noise(rng, 30))).collect();
                    if let Some(news) = request.push.first_mut().and_then(|push| push.documents.first_mut()) {
                        news.changes.extend(junk);
                    }
                }
                _ => {
                    let push = pick(rng, &request.push).clone();
                    request.push.push(push);
                }
            }
        }
        let plain = frames::plain(&request);
        if rng.random_ratio(1, 3) {
            let bent = damaged(rng, &plain, &plain.clone());
            return zstd::encode_all(bent.as_slice(), 1).expect("it is written into memory");
        }
        encode(&request).unwrap_or_default()
    }

    fn run(&mut self, case: &[u8]) -> Result<(), String> {
        let Ok(request) = decode::<ExchangeRequest>(case) else { return Ok(()) };
        let changes: usize =
            request.push.iter().flat_map(|push| &push.documents).map(|news| news.changes.len()).sum();
        match now(self.office.exchange(request.clone())) {
            Ok(reply) if reply.answered != 0 && reply.answered != changes as u64 => {
                return Err(format!("{} of {changes} changes were answered", reply.answered));
            }
            Ok(reply) if encode(&reply).is_err() => return Err("the answer is no message".to_owned()),
            _ => {}
        }
        let sound = self.app.store().read::<_, StoreError>(|reader| {
            reader.dossier(Uuid::from_u128(1).into()).map(|dossier| dossier.is_some())
        });
        match sound {
            Ok(true) => Ok(()),
            Ok(false) => Err("the dossier is gone".to_owned()),
            Err(error) => Err(format!("the dossier cannot be read: {error}")),
        }
    }
}
