//! The rows of one dossier.

use domain::ledger::GridNames;
use domain::{Dossier, SiteId, Stage};
use rusqlite::params;

use super::closed_loop::EVENTS;
use crate::search::{grid_words, site_words};
use crate::{StoreError, Writer};

impl Writer<'_> {
    /// Writes what the tables show of a dossier, in place of what they showed before.
    pub(crate) fn show_dossier(&self, dossier: &Dossier) -> Result<(), StoreError> {
        let n = self.show_site(dossier)?;
        self.show_events(dossier)?;
        self.transaction.prepare_cached("DELETE FROM site_search WHERE rowid = ?1")?.execute([n])?;
        self.transaction
            .prepare_cached("INSERT INTO site_search (rowid, words, grids) VALUES (?1, ?2, ?3)")?
            .execute(params![n, site_words(&dossier.fields), grid_words(&dossier.fields.grid)])?;
        self.transaction.prepare_cached("DELETE FROM photo WHERE site = ?1")?.execute([dossier.id.0])?;
        for photo in &dossier.photos {
            self.transaction
                .prepare_cached(
                    "INSERT INTO photo (id, site, hash, latitude, longitude, direction, at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                     -- Two keys of a document may be one id in two spellings.
                     ON CONFLICT (site, id) DO NOTHING",
                )?
                .execute(params![
                    photo.id.0,
                    dossier.id.0,
                    photo.hash.as_str(),
                    photo.position.map(|position| position.place.latitude()),
                    photo.position.map(|position| position.place.longitude()),
                    photo.direction_deg,
                    photo.taken_at.unwrap_or(photo.at).timestamp_millis(),
                ])?;
        }
        Ok(())
    }

    /// Removes what the tables show of a site that is no longer on record here.
    pub(crate) fn forget_dossier(&self, site: SiteId) -> Result<(), StoreError> {
        self.transaction
            .execute("DELETE FROM site_search WHERE rowid IN (SELECT n FROM site WHERE id = ?1)", [site.0])?;
        for table in EVENTS.iter().chain(&["photo"]) {
            self.transaction.execute(&format!("DELETE FROM {table} WHERE site = ?1"), [site.0])?;
        }
        self.transaction.execute("DELETE FROM site WHERE id = ?1", [site.0])?;
        Ok(())
    }

    fn show_site(&self, dossier: &Dossier) -> Result<i64, StoreError> {
        // Names are looked up when the row is read: they may change.
        let row = dossier.ledger_row(GridNames::default());
        let closed_out =
            dossier.problems.iter().filter(|problem| dossier.stage(problem) == Stage::ClosedOut).count()
                as u64;
        let (rechecks, last_recheck) = dossier.rechecks();
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO site (id, grid, name, credit_code, address, latitude, longitude, industry, operator,
                telephone, landlord, landlord_telephone, source, remark, verdict, problem, measures, deadline, done,
                done_on, responsible_unit, responsible_person, problems, open_problems, photos, inspections,
                last_inspection_at, inspector, conflict, recheck_on, done_since, rechecks, last_recheck, relapsed, alerts,
                gone_since, plan_percent, registered_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38)
             ON CONFLICT (id) DO UPDATE SET grid = excluded.grid, name = excluded.name,
                credit_code = excluded.credit_code, address = excluded.address, latitude = excluded.latitude,
                longitude = excluded.longitude, industry = excluded.industry, operator = excluded.operator,
                telephone = excluded.telephone, landlord = excluded.landlord,
                landlord_telephone = excluded.landlord_telephone, source = excluded.source, remark = excluded.remark,
                verdict = excluded.verdict, problem = excluded.problem, measures = excluded.measures,
                deadline = excluded.deadline, done = excluded.done, done_on = excluded.done_on,
                responsible_unit = excluded.responsible_unit, responsible_person = excluded.responsible_person,
                problems = excluded.problems, open_problems = excluded.open_problems, photos = excluded.photos,
                inspections = excluded.inspections, last_inspection_at = excluded.last_inspection_at,
                inspector = excluded.inspector, conflict = excluded.conflict, recheck_on = excluded.recheck_on,
                done_since = excluded.done_since, rechecks = excluded.rechecks, last_recheck = excluded.last_recheck,
                relapsed = excluded.relapsed, alerts = excluded.alerts, gone_since = excluded.gone_since,
                plan_percent = excluded.plan_percent, registered_at = excluded.registered_at
             RETURNING n",
        )?;
        let n = statement.query_row(
            params![
                dossier.id.0,
                row.village_code.as_str(),
                row.name,
                row.credit_code,
                row.address,
                row.place.map(|place| place.latitude()),
                row.place.map(|place| place.longitude()),
                row.industry,
                row.operator,
                row.telephone,
                row.landlord,
                row.landlord_telephone,
                row.source.map(|source| source.as_str()).unwrap_or_default(),
                row.remark,
                row.verdict.map(|verdict| verdict.as_str()).unwrap_or_default(),
                row.problem,
                row.measures,
                row.deadline.map(|day| day.to_string()),
                row.done == Some(true),
                row.done_on.map(|day| day.to_string()),
                row.responsible_unit,
                row.responsible_person,
                row.open_problems + closed_out,
                row.open_problems,
                row.photos,
                dossier.inspections.len() as u64,
                dossier.last_inspection().map(|inspection| inspection.at.timestamp_millis()),
                row.inspector,
                dossier.is_contested(),
                self.recheck_days(&dossier.fields.grid)?
                    .next(dossier.done_since().unwrap_or_default(), rechecks, last_recheck)
                    .filter(|_| dossier.done_since().is_some())
                    .map(|day| day.to_string()),
                dossier.done_since().map(|day| day.to_string()),
                rechecks,
                last_recheck.map(|day| day.to_string()),
                dossier.relapsed_at().is_some(),
                dossier.open_alerts().count() as u64,
                dossier.gone_since().map(|since| since.timestamp_millis()),
                dossier.plan_progress.last().map(|note| note.percent),
                dossier.registered_at.timestamp_millis(),
            ],
            |row| row.get(0),
        )?;
        Ok(n)
    }
}
