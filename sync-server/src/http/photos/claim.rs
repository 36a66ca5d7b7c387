//! Who receives which photo. A device whose link was cut comes back before the server has noticed that the old
//! connection is dead: the newer request asks the older one to let go, and what that one received stays.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::PhotoHash;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard, watch};
use wire::ApiError;

/// How long a request waits for an older one to let go: as long as proving a whole photo may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The photos that are being received.
#[derive(Debug, Clone, Default)]
pub struct Claims(Arc<Mutex<HashMap<PhotoHash, Arc<Slot>>>>);

#[derive(Debug, Default)]
struct Slot {
    turn: Arc<Turn<()>>,
    /// How many wait for their turn.
    waiting: watch::Sender<usize>,
}

/// The right to receive one photo.
#[derive(Debug)]
pub(super) struct Claim {
    claims: Claims,
    hash: PhotoHash,
    slot: Arc<Slot>,
    turn: Option<OwnedMutexGuard<()>>,
}

/// Somebody who waits. Ends with this, also where the request ended meanwhile.
struct Waiting<'a>(&'a Slot);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.send_modify(|waiting| *waiting -= 1);
    }
}

impl Claims {
    /// Asks whoever receives the photo to let go, and waits for that.
    ///
    /// # Errors
    /// When that one is still busy after a while.
    pub(super) async fn take(&self, hash: &PhotoHash) -> Result<Claim, ApiError> {
        let slot = Arc::clone(self.slots().entry(hash.clone()).or_default());
        let mut claim = Claim { claims: self.clone(), hash: hash.clone(), slot, turn: None };
        let turn = Arc::clone(&claim.slot.turn);
        claim.slot.waiting.send_modify(|waiting| *waiting += 1);
        let waiting = Waiting(&claim.slot);
        let taken = tokio::time::timeout(PATIENCE, turn.lock_owned()).await;
        drop(waiting);
        claim.turn = Some(taken.map_err(|_| super::locked(hash))?);
        Ok(claim)
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, HashMap<PhotoHash, Arc<Slot>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claim {
    /// The photo.
    pub fn hash(&self) -> &PhotoHash {
        &self.hash
    }

    /// Ends once somebody else waits for the photo.
    pub async fn wanted(&self) {
        let mut waiting = self.slot.waiting.subscribe();
        if waiting.wait_for(|waiting| *waiting > 0).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut slots = self.claims.slots();
        drop(self.turn.take());
        // One in the list and one here: nobody waits for it.
        if Arc::strong_count(&self.slot) == 2 {
            slots.remove(&self.hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newer_request_gets_its_turn_once_the_older_let_go() {
        let claims = Claims::default();
        let hash: PhotoHash = "a".repeat(64).parse().unwrap();
        let older = claims.take(&hash).await.unwrap();
        let (again, hash_again) = (claims.clone(), hash.clone());
        let newer = tokio::spawn(async move { again.take(&hash_again).await.map(drop) });
        older.wanted().await;
        assert!(!newer.is_finished());
        drop(older);
        newer.await.unwrap().unwrap();
        assert!(claims.slots().is_empty(), "nothing is kept of photos that nobody receives");
    }
}
