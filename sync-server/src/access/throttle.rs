//! How often somebody may try: the first failures are free, then each doubles the pause. By name, which outlasts a
//! restart, and by the address from which somebody tries, which is kept in memory.
//!
//! A stranger can hold up somebody by their name, for a quarter of an hour at a time: links sign in all the same.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use chrono::{DateTime, Duration, TimeDelta, Utc};

/// Failures that cost nothing.
const FREE: u32 = 5;
/// The longest pause, in seconds.
const LONGEST: i64 = 900;
/// After so long without a failure, those of before are forgotten.
const REMEMBERED: Duration = Duration::hours(24);
/// How many addresses are remembered at most.
const MOST_PEERS: usize = 20_000;
/// How many failed enrolments there may be in a minute, wherever they come from. At this rate the chance to guess one of
/// a hundred open invitations within a day is one in 8 million.
const ENROLMENTS_A_MINUTE: u32 = 1_000;
/// How many passwords are hashed at a time, and how many may wait for that.
const HASHED: usize = 2;
const WAITING: usize = 16;

/// Failed attempts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Failures {
    pub count: u32,
    /// When the last one was, in milliseconds since 1970.
    pub last_at: i64,
}

impl Failures {
    /// Those that still count. A clock that was set back makes nobody wait until it has caught up.
    pub fn at(self, now: DateTime<Utc>) -> Self {
        let age = now.timestamp_millis() - self.last_at;
        if (0..REMEMBERED.num_milliseconds()).contains(&age) { self } else { Self::default() }
    }

    /// How long the next attempt has to wait, in whole seconds; 0 if it may be made.
    pub fn wait(self, now: DateTime<Utc>) -> u64 {
        let Self { count, last_at } = self.at(now);
        let Some(beyond) = count.checked_sub(FREE) else { return 0 };
        let pause = TimeDelta::seconds(1_i64.checked_shl(beyond.min(30)).unwrap_or(LONGEST).min(LONGEST));
        let left = last_at + pause.num_milliseconds() - now.timestamp_millis();
        u64::try_from(left).unwrap_or_default().div_ceil(1_000)
    }

    /// With another one.
    pub fn and_one(self, now: DateTime<Utc>) -> Self {
        Self { count: self.at(now).count.saturating_add(1), last_at: now.timestamp_millis() }
    }
}

/// An attempt from an address that was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempt {
    network: IpAddr,
    number: u64,
    /// When the last failure before it was.
    failed_before: i64,
}

/// What is remembered of an address.
#[derive(Debug, Default)]
struct Peer {
    failures: Failures,
    /// The number of the latest attempt.
    latest: u64,
}

/// What is remembered of attempts, in memory.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    peers: Mutex<HashMap<IpAddr, Peer>>,
    /// How many attempts from addresses were let through: each has a number of its own.
    attempts: AtomicU64,
    enrolments: Mutex<(i64, u32)>,
    hashing: Mutex<(usize, usize)>,
    hashed: Condvar,
}

impl Throttle {
    /// Takes note of an attempt from an address, as a failure until [`Self::succeeded`] says otherwise.
    ///
    /// # Errors
    /// When it has to wait, says how many seconds.
    pub fn attempt(&self, peer: IpAddr, now: DateTime<Utc>) -> Result<Attempt, u64> {
        let network = network(peer);
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if peers.len() >= MOST_PEERS {
            peers.retain(|_, peer| peer.failures.at(now).count > 0);
        }
        if peers.len() >= MOST_PEERS {
            // The longest silent ones go: somebody who has so many addresses is not held up by counting them.
            let mut times: Vec<i64> = peers.values().map(|peer| peer.failures.last_at).collect();
            times.sort_unstable();
            let median = times.get(times.len() / 2).copied().unwrap_or_default();
            peers.retain(|_, peer| peer.failures.last_at > median);
        }
        let peer = peers.entry(network).or_default();
        match peer.failures.wait(now) {
            0 => {
                let number = self.attempts.fetch_add(1, Ordering::Relaxed);
                let failed_before = peer.failures.last_at;
                *peer = Peer { failures: peer.failures.and_one(now), latest: number };
                Ok(Attempt { network, number, failed_before })
            }
            seconds => Err(seconds),
        }
    }

    /// An attempt was no failure after all, nor were others of its address: so many, with it. Whoever shares the address
    /// waits for the failure before it and not anew, unless somebody tried since: that counts as a failure still.
    pub fn succeeded(&self, attempt: Attempt, attempts: u32) {
        let Attempt { network, number, failed_before } = attempt;
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(peer) = peers.get_mut(&network) {
            peer.failures.count = peer.failures.count.saturating_sub(attempts);
            if peer.latest == number {
                peer.failures.last_at = failed_before;
            }
        }
    }

    /// Whether an enrolment may be tried, as far as all those that failed within this minute go.
    ///
    /// # Errors
    /// When it has to wait, says how many seconds.
    pub fn enrolment(&self, now: DateTime<Utc>) -> Result<(), u64> {
        let (minute, count) = *self.enrolments.lock().unwrap_or_else(PoisonError::into_inner);
        let left = 60 - now.timestamp().rem_euclid(60);
        let full = minute == now.timestamp().div_euclid(60) && count >= ENROLMENTS_A_MINUTE;
        if full { Err(u64::try_from(left).unwrap_or(60)) } else { Ok(()) }
    }

    /// Notes an enrolment that failed.
    pub fn enrolment_failed(&self, now: DateTime<Utc>) {
        let mut failed = self.enrolments.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = now.timestamp().div_euclid(60);
        *failed = if failed.0 == minute { (minute, failed.1.saturating_add(1)) } else { (minute, 1) };
    }

    /// Runs work that takes much memory and time when its turn has come; `None` when too many wait already.
    pub fn in_turn<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let mut hashing = self.hashing.lock().unwrap_or_else(PoisonError::into_inner);
        if hashing.1 >= WAITING {
            return None;
        }
        hashing.1 += 1;
        while hashing.0 >= HASHED {
            hashing = self.hashed.wait(hashing).unwrap_or_else(PoisonError::into_inner);
        }
        *hashing = (hashing.0 + 1, hashing.1 - 1);
        drop(hashing);
        let _turn = Turn(self);
        Some(work())
    }
}

/// Somebody's turn, which ends with this, also by a panic.
struct Turn<'a>(&'a Throttle);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.hashing.lock().unwrap_or_else(PoisonError::into_inner).0 -= 1;
        self.0.hashed.notify_one();
    }
}

/// What counts as one address: of IPv6 the network, within which anybody has as many as they like.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(six) => IpAddr::from((six.to_bits() & !u128::from(u64::MAX)).to_be_bytes()),
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_free_then_each_doubles_the_pause_up_to_a_quarter_of_an_hour() {
        let mut now = Utc::now();
        let mut failures = Failures::default();
        let mut pauses = Vec::new();
        for _ in 0..20 {
            failures = failures.and_one(now);
            let wait = failures.wait(now);
            pauses.push(wait);
            if wait > 0 {
                assert_eq!(failures.wait(now + Duration::milliseconds(wait as i64 * 1_000 - 1)), 1);
            }
            now += Duration::seconds(wait as i64);
            assert_eq!(failures.wait(now), 0);
        }
        let grown = [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900, 900];
        assert_eq!(pauses, grown);
        assert_eq!(failures.at(now + REMEMBERED).count, 0);
        assert_eq!(failures.wait(now - Duration::days(400)), 0, "the clock was set back");
    }

    #[test]
    fn addresses_do_not_hold_up_each_other_and_a_network_is_one() {
        let throttle = Throttle::default();
        let now = Utc::now();
        let peer: IpAddr = "fd00::1".parse().unwrap();
        let attempts: Vec<Attempt> = (0..FREE).map(|_| throttle.attempt(peer, now).unwrap()).collect();
        assert_eq!(throttle.attempt("fd00::2".parse().unwrap(), now), Err(1));
        throttle.attempt("fd00:0:0:1::1".parse().unwrap(), now).unwrap();
        throttle.attempt("10.0.0.1".parse().unwrap(), now).unwrap();
        throttle.succeeded(attempts[4], 2);
        throttle.attempt(peer, now).unwrap();
    }

    #[test]
    fn a_success_begins_no_pause_for_those_who_share_the_address() {
        let throttle = Throttle::default();
        let office: IpAddr = "10.0.0.1".parse().unwrap();
        let mut now = Utc::now();
        for _ in 0..FREE + 3 {
            now += Duration::seconds(LONGEST);
            throttle.attempt(office, now).unwrap();
        }
        assert_eq!(throttle.attempt(office, now), Err(8));
        now += Duration::seconds(8);
        for _ in 0..20 {
            let attempt = throttle.attempt(office, now).unwrap();
            throttle.succeeded(attempt, 1);
        }
        // Nobody gets by while one is being looked at.
        throttle.attempt(office, now).unwrap();
        assert_eq!(throttle.attempt(office, now), Err(16));
    }

    #[test]
    fn a_success_takes_back_nothing_of_an_attempt_that_was_made_since() {
        let throttle = Throttle::default();
        let office: IpAddr = "10.0.0.1".parse().unwrap();
        let mut now = Utc::now();
        for _ in 0..FREE + 3 {
            now += Duration::seconds(LONGEST);
            throttle.attempt(office, now).unwrap();
        }
        now += Duration::seconds(8);
        let slow = throttle.attempt(office, now).unwrap();
        now += Duration::seconds(16);
        throttle.attempt(office, now).unwrap();
        throttle.succeeded(slow, 1);
        assert_eq!(throttle.attempt(office, now), Err(16), "nine failures, the last one just now");

        // At the same moment: a success of one's own is no way to have the guesses beside it forgotten.
        let stranger: IpAddr = "10.0.0.2".parse().unwrap();
        let own = throttle.attempt(stranger, now).unwrap();
        for _ in 1..FREE {
            throttle.attempt(stranger, now).unwrap();
        }
        throttle.succeeded(own, 1);
        throttle.attempt(stranger, now).unwrap();
        assert_eq!(throttle.attempt(stranger, now), Err(1));
    }

    #[test]
    fn memory_for_addresses_is_bounded() {
        let throttle = Throttle::default();
        let now = Utc::now();
        for number in 0..u32::try_from(MOST_PEERS + 5_000).unwrap() {
            let at = now + Duration::milliseconds(i64::from(number));
            throttle.attempt(IpAddr::from(number.to_be_bytes()), at).unwrap();
        }
        assert!(throttle.peers.lock().unwrap().len() <= MOST_PEERS);
    }

    #[test]
    fn only_so_many_hash_at_a_time() {
        let throttle = Throttle::default();
        let (most, running) =
            (std::sync::atomic::AtomicUsize::new(0), std::sync::atomic::AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..WAITING {
                scope.spawn(|| {
                    throttle.in_turn(|| {
                        use std::sync::atomic::Ordering::SeqCst;
                        most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
                        std::thread::sleep(std::time::Duration::from_millis(2));
                        running.fetch_sub(1, SeqCst);
                    })
                });
            }
        });
        assert_eq!(most.into_inner(), HASHED);
        assert_eq!(*throttle.hashing.lock().unwrap(), (0, 0));
    }
}
