//! The paths of routes: literal segments, `{name}` for one segment and `{name+}` for the rest.

use std::fmt;

/// A route's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    One(String),
    Rest(String),
}

impl Pattern {
    /// Reads a path as the template writes it.
    pub fn new(path: &str) -> Self {
        let segments =
            path.trim_start_matches('/').split('/').map(|segment| match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) => name.strip_suffix('+').map_or_else(|| Segment::One(name.to_owned()), |name| Segment::Rest(name.to_owned())),
                None => Segment::Literal(segment.to_owned()),
            });
        Self { text: path.to_owned(), segments: segments.collect() }
    }

    /// The decoded parameters of a path that fits.
    pub fn matches(&self, path: &str) -> Option<Vec<(String, String)>> {
        let mut parts = path.trim_start_matches('/').split('/');
        let mut parameters = Vec::new();
        for segment in &self.segments {
            let part = parts.next()?;
            match segment {
                Segment::Literal(text) if text == part => {}
                Segment::Literal(_) => return None,
                Segment::One(_) if part.is_empty() => return None,
                Segment::One(name) => parameters.push((name.clone(), percent_decoded(part))),
                Segment::Rest(name) => {
                    let rest: Vec<&str> = std::iter::once(part).chain(parts.by_ref()).collect();
                    parameters.push((name.clone(), percent_decoded(&rest.join("/"))));
                }
            }
        }
        parts.next().is_none().then_some(parameters)
    }

    /// Orders patterns that fit the same path: the smallest is the most specific.
    pub fn rank(&self) -> Vec<u8> {
        let rank = |segment: &Segment| match segment {
            Segment::Literal(_) => 0,
            Segment::One(_) => 1,
            Segment::Rest(_) => 2,
        };
        self.segments.iter().map(rank).collect()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// `%20` as a space; what is no UTF-8 afterwards becomes U+FFFD.
pub fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let hex = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let decoded = hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| byte == b'%');
        out.push(decoded.unwrap_or(byte));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_named_and_decoded() {
        let pattern = Pattern::new("/v1/contacts/{id}/history");
        assert_eq!(pattern.matches("/v1/contacts/a%20b/history"), Some(vec![("id".to_owned(), "a b".to_owned())]));
        for other in ["/v1/contacts/a", "/v1/contacts//history", "/v1/contacts/a/history/b", "/v1/contact/a/history"] {
            assert_eq!(pattern.matches(other), None, "{other}");
        }
    }

    #[test]
    fn the_rest_of_a_path_is_one_parameter() {
        let pattern = Pattern::new("/app/{file+}");
        assert_eq!(pattern.matches("/app/a/b.js"), Some(vec![("file".to_owned(), "a/b.js".to_owned())]));
        assert_eq!(pattern.matches("/app"), None);
    }

    #[test]
    fn literal_paths_are_more_specific_than_parameters_and_those_than_the_rest() {
        let ranks = ["/v1/contacts/duplicates", "/v1/contacts/{id}", "/v1/{rest+}"].map(|path| Pattern::new(path).rank());
        assert!(ranks.is_sorted());
    }

    #[test]
    fn signs_that_are_no_escapes_stay() {
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%+1%zz%C3%AB"), "%+1%zzë");
    }
}
