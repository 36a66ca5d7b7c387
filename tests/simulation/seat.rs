//! Somebody at a device or at the office, who looks at what is on record and asks for something.

use app::Caller;
use domain::{Role, SiteId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use wire::message::*;

use crate::device::NoReply;
use crate::season::Season;
use crate::template::Template;

/// Where somebody sits.
#[derive(Clone)]
pub enum Seat {
    Device(usize),
    Office(Caller),
}

/// A seat in a season.
pub struct Work<'a> {
    pub season: &'a Season,
    pub seat: Seat,
}

impl Work<'_> {
    pub fn role(&self) -> Role {
        match &self.seat {
            Seat::Device(device) => self.season.member(*device).role,
            Seat::Office(caller) => caller.role,
        }
    }

    /// Runs a command.
    pub fn ask<R: DeserializeOwned>(&self, command: &str, request: impl Serialize) -> Result<R, NoReply> {
        let reply = match &self.seat {
            Seat::Device(device) => self.season.call_device(*device, command, request),
            Seat::Office(caller) => {
                let request = serde_json::to_value(request).unwrap();
                let reply = self.season.call_office(caller, command, request).ok_or(NoReply::Crashed)?;
                self.season.heard("the office", command, reply)
            }
        };
        reply.inspect(|_| self.told())
    }

    /// Runs a command that changes nothing.
    pub fn look<R: DeserializeOwned>(&self, command: &str, request: impl Serialize) -> Result<R, NoReply> {
        match &self.seat {
            Seat::Device(device) => self.season.call_device(*device, command, request),
            Seat::Office(caller) => {
                let request = serde_json::to_value(request).unwrap();
                let reply = self.season.call_office(caller, command, request).ok_or(NoReply::Crashed)?;
                self.season.heard("the office", command, reply)
            }
        }
    }

    /// A person was told that something is kept.
    fn told(&self) {
        match &self.seat {
            Seat::Device(device) => self.season.note_local(*device),
            Seat::Office(_) => self.season.note_office(),
        }
    }

    pub fn a_site(&self) -> Result<Option<SiteId>, NoReply> {
        let request = ListSites { filter: SiteFilter::default(), after: None, limit: 60 };
        let page: SitePage = self.look("sites.list", request)?;
        Ok(self.season.one_of(&page.sites).map(|site| site.id))
    }

    pub fn dossier(&self, site: SiteId) -> Result<DossierView, NoReply> {
        self.look("sites.dossier", OneSite { site })
    }

    /// Takes a photo into a form.
    pub fn photograph(&self, draft: Uuid) -> Result<NewPhoto, NoReply> {
        let photos = &Template::get().photos;
        let bytes = &photos[self.season.below(photos.len())];
        let upload = match &self.seat {
            Seat::Device(device) => self.season.upload(*device, bytes)?,
            Seat::Office(_) => self.season.office.app().uploads().add(bytes).unwrap(),
        };
        let attached: AttachedPhoto =
            self.ask("photos.attach", AttachPhoto { upload, draft, options: None })?;
        if let Seat::Device(device) = &self.seat {
            let mut model = self.season.model.borrow_mut();
            if let Some((_, photos)) = model.drafts[*device].get_mut(&draft)
                && !photos.contains(&attached.hash)
            {
                photos.push(attached.hash.clone());
            }
        }
        Ok(office::shown(&attached.hash))
    }

    /// Keeps a form as it stands.
    pub fn keep_draft(
        &self,
        id: Uuid,
        kind: DraftKind,
        site: Option<SiteId>,
        body: &str,
    ) -> Result<(), NoReply> {
        let known = self.take_draft(id);
        let request = SaveDraft { id, kind, site, body: body.to_owned() };
        self.ask::<Draft>("drafts.save", request)?;
        let photos = known.map(|(_, photos)| photos).unwrap_or_default();
        self.put_draft(id, Some((body.to_owned(), photos)));
        Ok(())
    }

    /// Uses a form up, or not if the command is refused. What became of it in a crash is not known.
    pub fn finish<R: DeserializeOwned>(
        &self,
        draft: Uuid,
        command: &str,
        request: impl Serialize,
    ) -> Result<R, NoReply> {
        let known = self.take_draft(draft);
        let reply = self.ask(command, request);
        if matches!(reply, Err(NoReply::Refused(_))) {
            self.put_draft(draft, known);
        }
        reply
    }

    fn take_draft(&self, id: Uuid) -> Option<(String, Vec<domain::PhotoHash>)> {
        match &self.seat {
            Seat::Device(device) => self.season.model.borrow_mut().drafts[*device].remove(&id),
            Seat::Office(_) => None,
        }
    }

    fn put_draft(&self, id: Uuid, draft: Option<(String, Vec<domain::PhotoHash>)>) {
        if let (Seat::Device(device), Some(draft)) = (&self.seat, draft) {
            self.season.model.borrow_mut().drafts[*device].insert(id, draft);
        }
    }

    /// An id whose bits come from the dice of the season.
    pub fn uuid(&self) -> Uuid {
        Uuid::from_u128((self.season.below(usize::MAX) as u128) << 64 | self.season.below(usize::MAX) as u128)
    }
}
