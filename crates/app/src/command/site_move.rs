//! Moving a site to another village.

use domain::GridLevel;
use store::DossierWrite;
use wire::ApiError;
use wire::message::{MoveSite, OneSite};

use super::decision::moved;
use super::grid::known;
use super::site::writable;
use crate::app::Ask;
use crate::error::Failure;

/// Whoever moves a site must be responsible for where it is and for where it goes.
pub(super) fn move_to(app: Ask<'_>, request: MoveSite) -> Result<OneSite, Failure> {
    let MoveSite { site, was, grid } = request;
    let author = app.author("sites.move");
    app.store.write(|writer| {
        if grid.level() != GridLevel::Village {
            let error = ApiError::invalid("grid", "a site belongs to a village");
            return Err(error.because("not_a_village").into());
        }
        known(writer, &grid)?;
        app.within(&grid)?;
        app.edit_dossier(writer, site, &author, |before| {
            let before = writable(before)?;
            let now = &before.fields.grid;
            app.within(now)?;
            // Pressed twice, or sent again: it is there.
            if *now == grid {
                return Ok(Vec::new());
            }
            if *now != was {
                let message = "somebody else moved this site meanwhile; look at it again";
                return Err(moved("grid", message).into());
            }
            Ok(vec![DossierWrite::MoveTo { grid }])
        })?;
        Ok(OneSite { site })
    })
}
