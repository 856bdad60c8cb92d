// SPDX-License-Identifier: GPL-2.0-only
//! The costs over IPv4 as bars, one group for each case and a colour for each contender.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::cases::Case;
use super::contender::{Contender, Link};
use super::results::Results;
use super::traffic::{Family, Offloads, Traffic};
use crate::error::{Error, Result};

const WIDTH: u32 = 1000;
/// Of a bar, and between groups of bars, in pixels.
const BAR: i32 = 12;
const GAP: i32 = 16;
/// Width of the margins, in pixels.
const LEFT: i32 = 280;
const RIGHT: i32 = 80;
const TOP: i32 = 80;
const FONT: &str = "sans-serif";

fn colour(contender: Contender) -> RGBColor {
    match contender {
        Contender::C => RGBColor(0x77, 0x77, 0x77),
        Contender::Ours => RGBColor(0xc8, 0x55, 0x1b),
        Contender::Rmnet => RGBColor(0x2f, 0x6f, 0xab),
        Contender::Virtio => RGBColor(0x3c, 0x8d, 0x5a),
    }
}

/// A case with its bars; the card's are beside each link's. Forwarding to a plain card is left to the tables.
fn groups(results: &Results) -> Vec<(Case, Vec<(Contender, f64)>)> {
    let mut groups = Vec::new();
    for case in results.all_cases() {
        let plain_card = matches!(case.traffic, Traffic::Forward(_, _, Offloads::Off));
        if case.family != Family::V4 || case.link == Link::Card || plain_card {
            continue;
        }
        let bars: Vec<_> = Contender::ALL
            .into_iter()
            .filter_map(|contender| {
                let cost = &results.beside(contender, case)?.cost;
                Some((contender, cost.median()?))
            })
            .collect();
        if !bars.is_empty() {
            groups.push((case, bars));
        }
    }
    groups
}

/// Draws the chart into a file.
pub fn draw(results: &Results, title: &str, path: &Path) -> Result<()> {
    let groups = groups(results);
    let bars: usize = groups.iter().map(|(_, bars)| bars.len()).sum();
    // A few hundred at most.
    let height = TOP + bars as i32 * BAR + (groups.len() as i32 + 1) * GAP;
    let longest = groups
        .iter()
        .flat_map(|(_, bars)| bars.iter().map(|(_, cost)| *cost))
        .fold(1.0, f64::max);
    let area = SVGBackend::new(path, (WIDTH, height as u32)).into_drawing_area();
    let failed = |error: DrawingAreaErrorKind<_>| Error::Results("the chart", error.to_string());
    area.fill(&WHITE).map_err(failed)?;
    area.draw(&Text::new(title, (LEFT, 12), (FONT, 18)))
        .map_err(failed)?;
    for (place, contender) in (0..).zip(Contender::ALL) {
        let x = LEFT + place * 150;
        area.draw(&bar((x, 44), 12, contender)).map_err(failed)?;
        area.draw(&Text::new(contender.label(), (x + 18, 43), (FONT, 14)))
            .map_err(failed)?;
    }
    let scale = f64::from(WIDTH as i32 - LEFT - RIGHT) / longest;
    let middle = |horizontal| Pos::new(horizontal, VPos::Center);
    let mut y = TOP;
    for (case, bars) in groups {
        let height = bars.len() as i32 * BAR;
        let style = (FONT, 14).into_text_style(&area).pos(middle(HPos::Right));
        let label = format!("{}, {}", case.link.name(), case.traffic);
        area.draw(&Text::new(label, (LEFT - 8, y + height / 2), style))
            .map_err(failed)?;
        for (contender, cost) in bars {
            let length = (cost * scale).round() as i32;
            area.draw(&bar((LEFT, y), length, contender))
                .map_err(failed)?;
            let style = (FONT, 11).into_text_style(&area).pos(middle(HPos::Left));
            let place = (LEFT + length + 5, y + BAR / 2);
            area.draw(&Text::new(format!("{cost:.1}"), place, style))
                .map_err(failed)?;
            y += BAR;
        }
        y += GAP;
    }
    area.present().map_err(failed)
}

fn bar((x, y): (i32, i32), length: i32, contender: Contender) -> Rectangle<(i32, i32)> {
    let corners = [(x, y + 1), (x + length, y + BAR - 1)];
    Rectangle::new(corners, colour(contender).filled())
}
