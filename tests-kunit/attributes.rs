// SPDX-License-Identifier: GPL-2.0-only

//! Tests of what attributes read from user space, and show to it.

#![forbid(unsafe_code)]

use super::expect;
use crate::{
    attributes::{
        parse_mux_id,
        show_bool, //
    },
    qmap::framing::MuxId, //
};
use kernel::{
    prelude::*,
    str::{
        kstrtobool_bytes,
        CString,
        Formatter, //
    }, //
};

/// Fails unless `text` is read as the mux id `wanted`.
fn read_as(text: &[u8], wanted: Result<u8>) -> Result {
    expect::equal(text, parse_mux_id(text).map(MuxId::get), wanted)
}

#[kunit_tests(qmi_wwan_rs_attributes)]
mod tests {
    use super::*;

    #[test]
    fn each_number_in_each_base() -> Result {
        for number in 0..=300_u16 {
            let wanted = match u8::try_from(number) {
                Ok(id @ 1..=254) => Ok(id),
                _ => Err(EINVAL),
            };

            for text in [
                CString::try_from_fmt(fmt!("{number}"))?,
                CString::try_from_fmt(fmt!("{number}\n"))?,
                CString::try_from_fmt(fmt!("+{number}"))?,
                CString::try_from_fmt(fmt!("0{number:o}"))?,
                CString::try_from_fmt(fmt!("0x{number:x}\n"))?,
                CString::try_from_fmt(fmt!("0X{number:04X}"))?,
            ] {
                read_as(text.to_bytes(), wanted)?;
            }
        }
        Ok(())
    }

    #[test]
    fn what_is_no_number() -> Result {
        for text in [
            "", "\n", " ", " 1", "1 ", "\t1", "1\n\n", "\n1", "-1", "--1", "++1", "+", "0x", "x1",
            "08", "0x1g", "1a", "1.0", "1,2", "1 2", "one", "\u{661}", "\u{fe}",
        ] {
            read_as(text.as_bytes(), Err(EINVAL))?;
        }
        Ok(())
    }

    #[test]
    fn what_is_too_large() -> Result {
        for text in [
            "255",
            "256",
            "257",
            "0x101",
            "65537",
            "4294967297",
            "18446744073709551617",
            "0xfffffffffffffffff",
        ] {
            read_as(text.as_bytes(), Err(EINVAL))?;
        }
        Ok(())
    }

    #[test]
    fn texts_of_each_length() -> Result {
        let mut zeros = [b'0'; 4096];

        for len in 1..=zeros.len() {
            zeros[len - 1] = b'1';
            read_as(&zeros[..len], if len <= 31 { Ok(1) } else { Err(EINVAL) })?;
            zeros[len - 1] = b'0';
        }
        Ok(())
    }

    #[test]
    fn a_zero_ends_the_text_as_in_c() -> Result {
        read_as(b"5\0", Ok(5))?;
        read_as(b"5\n\0garbage", Ok(5))?;
        read_as(b"\x005", Err(EINVAL))
    }

    #[test]
    fn each_single_byte() -> Result {
        for byte in 0..=u8::MAX {
            let wanted = match byte {
                b'1'..=b'9' => Ok(byte - b'0'),
                _ => Err(EINVAL),
            };
            read_as(&[byte], wanted)?;
        }
        Ok(())
    }

    #[test]
    fn switches_that_people_write() -> Result {
        for (texts, wanted) in [
            (["Y", "y\n", "1", "1\n", "on\n", "T"], Ok(true)),
            (["N", "n\n", "0", "0\n", "off\n", "F"], Ok(false)),
            (["", "\n", " Y", "2", "o", "-1"], Err(EINVAL)),
        ] {
            for text in texts {
                expect::equal(text, kstrtobool_bytes(text.as_bytes()), wanted)?;
            }
        }
        Ok(())
    }

    #[test]
    fn switches_are_shown_as_they_are_written() -> Result {
        for on in [true, false] {
            let mut page = [0; 8];
            let mut out = Formatter::new(&mut page);
            show_bool(on, &mut out)?;

            let len = out.bytes_written();
            expect::equal(on, len, 2)?;
            expect::equal(on, kstrtobool_bytes(&page[..len]), Ok(on))?;
        }
        Ok(())
    }
}
