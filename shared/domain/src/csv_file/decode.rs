//! From the bytes of a file, in any chunking, to UTF-8.

use super::format::Encoding;
use encoding_rs::{DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Stands for what could not be decoded. It is in no UTF-8 text, so the row that holds it fails like one with broken UTF-8.
const BROKEN: u8 = 0xFF;

/// Decodes a file piece by piece. A byte order mark stays in the output, as U+FEFF.
pub(super) struct Decoder {
    encoding: Encoding,
    /// None for UTF-8, whose bytes are taken as they are.
    inner: Option<encoding_rs::Decoder>,
}

impl Decoder {
    pub(super) fn new(encoding: Encoding) -> Self {
        let inner = match encoding {
            Encoding::Utf8 => None,
            Encoding::Utf16Le => Some(UTF_16LE),
            Encoding::Utf16Be => Some(UTF_16BE),
            Encoding::Windows1252 => Some(WINDOWS_1252),
        };
        Self { encoding, inner: inner.map(encoding_rs::Encoding::new_decoder_without_bom_handling) }
    }

    /// Appends what these bytes mean.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match &mut self.inner {
            None => out.extend_from_slice(bytes),
            Some(inner) => decode(inner, bytes, Last::No, out),
        }
    }

    /// Appends what was held back for a byte that never came.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        if let Some(mut inner) = self.inner.take() {
            decode(&mut inner, &[], Last::Yes, out);
        }
    }

    /// A text to show for bytes that may hold broken ones. In a file that is otherwise UTF-8 a broken byte most often comes from
    /// an older program, so it is shown as Windows-1252 has it: people recognise the name and can mend it.
    pub(super) fn show(&self, bytes: &[u8]) -> String {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return text.to_owned();
        }
        let mut shown = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            shown.push_str(chunk.valid());
            let broken = match self.encoding {
                Encoding::Utf8 => WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0,
                _ if chunk.invalid().is_empty() => Cow::Borrowed(""),
                _ => Cow::Borrowed("\u{FFFD}"),
            };
            shown.push_str(&broken);
        }
        shown
    }
}

#[derive(Clone, Copy)]
enum Last {
    Yes,
    No,
}

fn decode(decoder: &mut encoding_rs::Decoder, mut bytes: &[u8], last: Last, out: &mut Vec<u8>) {
    loop {
        let from = out.len();
        let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len() * 3 + 16);
        out.resize(from + room, 0);
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut out[from..], matches!(last, Last::Yes));
        out.truncate(from + written);
        bytes = &bytes[read..];
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => out.push(BROKEN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Encoding};

    fn decoded(encoding: Encoding, bytes: &[u8], chunk: usize) -> Vec<u8> {
        let mut decoder = Decoder::new(encoding);
        let mut out = Vec::new();
        bytes.chunks(chunk).for_each(|bytes| decoder.push(bytes, &mut out));
        decoder.end(&mut out);
        out
    }

    #[test]
    fn a_character_may_be_cut_anywhere() {
        let text = "Zoë 🦀";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for chunk in 1..5 {
            assert_eq!(decoded(Encoding::Utf16Le, &little, chunk), text.as_bytes());
            assert_eq!(decoded(Encoding::Utf16Be, &big, chunk), text.as_bytes());
            assert_eq!(decoded(Encoding::Windows1252, b"Zo\xEB \x80", chunk), "Zoë €".as_bytes());
        }
    }

    #[test]
    fn half_a_character_is_marked_as_broken() {
        assert_eq!(decoded(Encoding::Utf16Le, &[0x41, 0, 0x3D, 0xD8, 0x42, 0], 6), [b'A', 0xFF, b'B']);
        assert_eq!(decoded(Encoding::Utf16Le, &[0x41, 0, 0x42], 3), [b'A', 0xFF]);
    }

    #[test]
    fn a_broken_byte_is_shown_as_the_letter_it_probably_was() {
        assert_eq!(Decoder::new(Encoding::Utf8).show(b"M\xFCller \xC3\xA9"), "Müller é");
        assert_eq!(Decoder::new(Encoding::Utf16Le).show(b"A\xFFB"), "A\u{FFFD}B");
    }
}
