//! Replicas in one process, by a clock that the test sets: what takes months, or happens to restored backups.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use app::{App, Clock, Office, SyncWatch};
use chrono::{DateTime, Utc};
use domain::{Role, Scope};
use tempfile::TempDir;
use wire::ErrorCode;
use wire::sync::*;

use crate::Desk;

/// A clock that stands still until it is set.
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<DateTime<Utc>>>);

impl TestClock {
    /// A clock that shows this moment, such as `2026-03-01T02:00:00Z`.
    pub fn at(moment: &str) -> Self {
        Self(Arc::new(Mutex::new(moment.parse().unwrap())))
    }

    pub fn set(&self, moment: &str) {
        *self.0.lock().unwrap() = moment.parse().unwrap();
    }

    pub fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    pub fn forward(&self, by: chrono::TimeDelta) {
        *self.0.lock().unwrap() += by;
    }

    fn clock(&self) -> Clock {
        let shown = Arc::clone(&self.0);
        Arc::new(move || *shown.lock().unwrap())
    }
}

/// A replica, of the office or of a device.
pub struct Replica {
    pub app: Arc<App>,
    clock: TestClock,
    role: store::Role,
    folder: TempDir,
}

impl Replica {
    pub fn office(clock: &TestClock) -> Self {
        Self::open(store::Role::Office, clock, tempfile::tempdir().unwrap())
    }

    pub fn device(clock: &TestClock) -> Self {
        Self::open(store::Role::Device, clock, tempfile::tempdir().unwrap())
    }

    fn open(role: store::Role, clock: &TestClock, folder: TempDir) -> Self {
        let app = Arc::new(App::open(folder.path(), role, clock.clock()).unwrap());
        Self { app, clock: clock.clone(), role, folder }
    }

    /// Somebody who asks this replica.
    pub fn desk(&self, person: &str, role: Role, scope: &[&str]) -> Desk {
        Desk::of(&self.app, person, role, scope)
    }

    /// A copy of all that is in it, as a backup holds it.
    pub fn backup(&self) -> TempDir {
        let copy = tempfile::tempdir().unwrap();
        for file in ["replica.sqlite", "replica.sqlite-wal"] {
            std::fs::copy(self.folder.path().join(file), copy.path().join(file)).unwrap();
        }
        copy
    }

    /// The replica that stands where a backup was restored.
    pub fn restored(self, backup: TempDir) -> Self {
        Self::open(self.role, &self.clock, backup)
    }

    /// Syncs as the device of this person and scope, and expects both sides to hold the same in the end.
    pub fn sync(&self, office: &Self, person: &str, role: Role, scope: &[&str]) {
        let outcome = self.try_sync(office, person, role, scope, false).unwrap();
        assert_eq!(outcome.differing, vec![], "{person} holds something else than the office");
    }

    /// Syncs and loses every answer: the office hears of what was made here, and nobody is told.
    pub fn sync_in_vain(&self, office: &Self, person: &str, role: Role, scope: &[&str]) {
        let cut = self.try_sync(office, person, role, scope, true);
        assert_eq!(cut.map(|_| ()).unwrap_err().code, ErrorCode::Unreachable);
    }

    fn try_sync(
        &self,
        office: &Self,
        person: &str,
        role: Role,
        scope: &[&str],
        lost: bool,
    ) -> Result<app::SyncOutcome, wire::ApiError> {
        let scope = Scope::new(scope.iter().map(|code| code.parse().unwrap()).collect());
        let office = Office::new(office.app.store().clone(), scope, person.to_owned(), role)
            .with_clock(self.clock.clock());
        let protocol = OneWay { office, lost: AtomicBool::new(lost) };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let clock = self.clock.clock();
        runtime.block_on(app::sync(self.app.store(), &protocol, &*clock, &SyncWatch::default()))
    }
}

/// A protocol whose answers may get lost.
struct OneWay {
    office: Office,
    lost: AtomicBool,
}

impl SyncProtocol for OneWay {
    async fn exchange(&self, request: ExchangeRequest) -> Result<ExchangeReply, ProtocolError> {
        let reply = self.office.exchange(request).await;
        if self.lost.load(Ordering::Relaxed) {
            return Err(ProtocolError::Unreachable("cut".to_owned()));
        }
        reply
    }

    crate::forward!(office: rest);
}
