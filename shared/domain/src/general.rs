//! Team Settings > General: what a team is called and in which time zone its pages show times.

use crate::as_text::as_text;
use crate::ids::TeamId;
use jiff::tz::TimeZone as Zone;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The longest name of a team, in characters.
pub const MAX_NAME_CHARS: usize = 100;

/// What a team is called and where its day begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct General {
    /// The name that members read.
    pub name: TeamName,
    /// The time zone of the team's pages.
    pub time_zone: TimeZone,
}

impl General {
    /// What a team has while nobody has set anything: its identifier for a name, and UTC.
    pub fn of(team: &TeamId) -> Self {
        Self { name: TeamName(team.to_string()), time_zone: TimeZone("UTC".to_owned()) }
    }
}

/// The name of a team: one line of 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, examples("Example GmbH"), min_length = 1, max_length = 100)]
pub struct TeamName(String);

/// Why a text is no team's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a team's name is one line of 1 to {MAX_NAME_CHARS} characters")]
pub struct NotAName;

impl FromStr for TeamName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let name = text.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
            return Err(NotAName);
        }
        Ok(Self(name.to_owned()))
    }
}

/// A time zone by its name in the IANA database (<https://www.iana.org/time-zones>), spelled as there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, examples("Europe/Berlin"))]
pub struct TimeZone(String);

/// Why a text is no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no time zone: choose a name such as “Europe/Berlin” or “UTC”")]
pub struct NotATimeZone;

impl FromStr for TimeZone {
    type Err = NotATimeZone;

    fn from_str(text: &str) -> Result<Self, NotATimeZone> {
        // “Factory” stands in the database for a machine that was not set up: it is no place, and browsers do not know it.
        let zone = Zone::get(text.trim()).ok().filter(|zone| zone.iana_name() != Some("Factory")).ok_or(NotATimeZone)?;
        zone.iana_name().map(|name| Self(name.to_owned())).ok_or(NotATimeZone)
    }
}

as_text!(TeamName, NotAName);
as_text!(TimeZone, NotATimeZone);

#[cfg(test)]
mod tests {
    use super::{General, NotATimeZone, TeamName, TimeZone};

    #[test]
    fn a_time_zone_is_one_of_the_database_in_its_spelling() {
        for (text, name) in
            [("Europe/Berlin", "Europe/Berlin"), (" europe/berlin ", "Europe/Berlin"), ("utc", "UTC"), ("Asia/Kolkata", "Asia/Kolkata")]
        {
            assert_eq!(text.parse::<TimeZone>().map(|zone| zone.to_string()), Ok(name.to_owned()), "{text}");
        }
        for bad in ["", "Berlin", "Europe/Nowhere", "+01:00", "../etc/passwd", "Etc/Unknown"] {
            assert_eq!(bad.parse::<TimeZone>(), Err(NotATimeZone), "{bad}");
        }
    }

    #[test]
    fn a_name_is_one_line_of_any_script() {
        assert_eq!(" 株式会社 ".parse::<TeamName>().map(|name| name.to_string()).as_deref(), Ok("株式会社"));
        for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert!(bad.parse::<TeamName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_new_team_is_called_by_its_identifier() -> Result<(), crate::ids::NotAnId> {
        let general = General::of(&"demo".parse()?);
        assert_eq!((general.name.to_string().as_str(), general.time_zone.to_string().as_str()), ("demo", "UTC"));
        Ok(())
    }
}
