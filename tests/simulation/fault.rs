//! Ends a replica in the middle of writing: the places are the fail points of `store` and `app`, and only the thread that
//! plays a season is ever hit.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};

/// Every fail point of the product. A name that is missing here is never hit; one that is never hit fails the test.
pub const POINTS: &[&str] = &[
    "database.before_commit",
    "database.after_commit",
    "file.written",
    "file.flushed",
    "file.renamed",
    "incoming.announced",
    "incoming.added",
    "incoming.thumbnail",
    "incoming.placed",
    "incoming.discarded",
    "thumbnail.own",
    "space.removed",
    "upload.written",
    "upload.before_removal",
];

/// Whose code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Device,
    Office,
}

/// A process ended here.
#[derive(Debug, Clone, Copy)]
pub struct Crash(pub &'static str);

#[derive(Default)]
struct Plan {
    side: Option<Side>,
    /// How many fail points of each side are passed before it crashes.
    device: Option<u32>,
    office: Option<u32>,
    crashes: BTreeMap<(&'static str, &'static str), u64>,
}

thread_local! {
    static PLAN: RefCell<Plan> = RefCell::default();
}

/// Connects the fail points with the plans of the threads. Once per process.
pub fn install() {
    for point in POINTS {
        fail::cfg_callback(*point, move || reached(point)).unwrap();
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.payload().is::<Crash>() {
            before(info);
        }
    }));
}

fn reached(point: &'static str) {
    let crashes = PLAN.with_borrow_mut(|plan| {
        let (left, side) = match plan.side {
            Some(Side::Device) => (&mut plan.device, "device"),
            Some(Side::Office) => (&mut plan.office, "office"),
            None => return false,
        };
        match left {
            None => false,
            Some(0) => {
                *left = None;
                *plan.crashes.entry((point, side)).or_default() += 1;
                true
            }
            Some(left) => {
                *left -= 1;
                false
            }
        }
    });
    if crashes {
        panic_any(Crash(point));
    }
}

/// Lets a side crash after it has passed so many fail points.
pub fn plan(side: Side, after: u32) {
    PLAN.with_borrow_mut(|plan| match side {
        Side::Device => plan.device = Some(after),
        Side::Office => plan.office = Some(after),
    });
}

/// Takes back what was planned and did not come to pass.
pub fn no_more_crashes() {
    PLAN.with_borrow_mut(|plan| (plan.device, plan.office) = (None, None));
}

/// The crashes of this thread so far, by place and side.
pub fn take_crashes() -> BTreeMap<(&'static str, &'static str), u64> {
    PLAN.with_borrow_mut(|plan| std::mem::take(&mut plan.crashes))
}

/// Runs the code of one side. A failure of a test goes on through it; only a planned crash is caught.
pub fn on_side<T>(side: Side, work: impl FnOnce() -> T) -> Result<T, Crash> {
    let before = PLAN.with_borrow_mut(|plan| plan.side.replace(side));
    let result = catch_unwind(AssertUnwindSafe(work));
    PLAN.with_borrow_mut(|plan| plan.side = before);
    result.map_err(crash_or_failure)
}

fn crash_or_failure(payload: Box<dyn Any + Send>) -> Crash {
    match payload.downcast::<Crash>() {
        Ok(crash) => *crash,
        Err(failure) => resume_unwind(failure),
    }
}

/// Runs work that belongs to no replica, so that it cannot crash.
pub fn aside<T>(work: impl FnOnce() -> T) -> T {
    let before = PLAN.with_borrow_mut(|plan| plan.side.take());
    let result = catch_unwind(AssertUnwindSafe(work));
    PLAN.with_borrow_mut(|plan| plan.side = before);
    result.unwrap_or_else(|failure| resume_unwind(failure))
}
