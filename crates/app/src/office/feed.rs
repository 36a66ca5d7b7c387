//! What the office tells a device: compacted documents of the logs that it never read, then the logs.

use std::collections::BTreeMap;

use domain::GridCode;
use store::{LogEntry, Reader, StoreError};
use uuid::Uuid;
use wire::sync::{Cursor, DocumentChanges, ExchangeRequest, Feed, PAGE_BYTES};

use super::Office;

/// How many compacted documents one answer carries at most: so many are written in one go on a device.
const MOST_WHOLE: usize = 50;

/// News for a device.
#[derive(Default)]
pub(super) struct News {
    pub feeds: Vec<Feed>,
    /// Whether there is more than fitted.
    pub more: bool,
    /// How many compacted documents are still to come.
    pub to_come: u64,
}

/// How much still fits into an answer.
struct Room {
    bytes: usize,
    whole: usize,
}

impl News {
    /// What is said to whom nothing is told: not that there is nothing.
    pub fn untold() -> Self {
        Self { more: true, ..Self::default() }
    }
}

impl Office {
    pub(super) fn news(&self, reader: &Reader<'_>, request: &ExchangeRequest) -> Result<News, StoreError> {
        let mut news = News::default();
        let mut room = Room { bytes: PAGE_BYTES, whole: MOST_WHOLE };
        for (grid, last) in reader.log_positions()? {
            if !self.reads(&grid) {
                continue;
            }
            let cursor = request.cursors.iter().find(|cursor| cursor.grid == grid);
            if news.more {
                // Only to tell how much is still to come.
                news.to_come += match arriving(cursor) {
                    Some(after) => reader.count_after(&grid, after)?,
                    None => 0,
                };
            } else if arriving(cursor).is_some() || cursor.is_some_and(|cursor| cursor.seq < last) {
                self.feed(reader, request, grid, last, &mut room, &mut news)?;
            }
        }
        Ok(news)
    }

    /// The next stretch of one log.
    fn feed(
        &self,
        reader: &Reader<'_>,
        request: &ExchangeRequest,
        grid: GridCode,
        last: u64,
        room: &mut Room,
        news: &mut News,
    ) -> Result<(), StoreError> {
        let skipped = (!request.own_too).then_some(request.install);
        let cursor = request.cursors.iter().find(|cursor| cursor.grid == grid);
        // A log that was never read is read as it is now, and from here on.
        let begun = cursor.filter(|cursor| cursor.seq > 0).map(|cursor| cursor.seq);
        let mut feed = Feed {
            to_seq: begun.unwrap_or(last),
            grid,
            documents: Vec::new(),
            snapshots: Vec::new(),
            after: None,
            left: Vec::new(),
        };
        if let Some(after) = arriving(cursor) {
            if room.bytes == 0 || room.whole == 0 {
                news.to_come += reader.count_after(&feed.grid, after)?;
                news.more = true;
                return Ok(());
            }
            let page = reader.whole_after(&feed.grid, after, room.bytes, room.whole, skipped)?;
            room.take(page.snapshots.iter().map(|snapshot| snapshot.bytes.len()).sum());
            room.whole = room.whole.saturating_sub(page.snapshots.len());
            feed.snapshots = page.snapshots;
            if page.more {
                news.to_come += reader.count_after(&feed.grid, page.last)?;
                news.more = true;
                feed.after = page.last;
                news.feeds.push(feed);
                return Ok(());
            }
        }
        if feed.to_seq < last {
            if room.bytes == 0 {
                news.more = true;
                if begun.is_some() && feed.snapshots.is_empty() {
                    return Ok(());
                }
            } else {
                let from = feed.to_seq;
                let page = reader.log_after(&feed.grid, from, skipped, room.bytes)?;
                room.take(page.entries.iter().map(|entry| entry.bytes.len()).sum());
                feed.to_seq = page.to_seq;
                feed.documents = by_document(page.entries);
                feed.left = reader.departures(&feed.grid, from, page.to_seq)?;
                news.more = page.more;
            }
        }
        news.feeds.push(feed);
        Ok(())
    }
}

/// After which document compacted ones are to be sent; the outer `None` where all have arrived.
fn arriving(cursor: Option<&Cursor>) -> Option<Option<Uuid>> {
    match cursor {
        None => Some(None),
        Some(Cursor { seq: 0, after, .. }) => Some(*after),
        Some(Cursor { after, .. }) => after.map(Some),
    }
}

impl Room {
    fn take(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

fn by_document(entries: Vec<LogEntry>) -> Vec<DocumentChanges> {
    let mut documents: BTreeMap<Uuid, DocumentChanges> = BTreeMap::new();
    for LogEntry { document, kind, bytes } in entries {
        let begin = || DocumentChanges { document, kind, changes: Vec::new() };
        documents.entry(document).or_insert_with(begin).changes.push(bytes.into());
    }
    documents.into_values().collect()
}
