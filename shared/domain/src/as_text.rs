//! Values that are texts of a certain form: read from a text, shown as one, and stored as one.

/// Shows a type around a `String`, and turns it into that text and back by its `FromStr`.
macro_rules! as_text {
    ($name:ident, $problem:ident) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $problem;

            fn try_from(text: String) -> Result<Self, $problem> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

pub(crate) use as_text;
