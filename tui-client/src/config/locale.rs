//! What the environment of every program tells about its user: language and character set.

use super::Charset;
use crate::words::Lang;

/// The locale in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale {
    /// The language.
    pub lang: Lang,
    /// The signs that the terminal can be trusted with.
    pub charset: Charset,
}

impl Locale {
    /// Reads `LC_ALL`, `LC_MESSAGES`/`LC_CTYPE`, `LANG` and `TERM` through `variable`.
    ///
    /// The Linux console and a dumb terminal say UTF-8 and lack the signs. Where nothing is said of a
    /// language, the screen speaks Portuguese: the airline is Brazilian.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        Self::read(variable, Lang::Pt)
    }

    /// The same for what is printed on the command line, which is in English, as help and errors are,
    /// unless Portuguese is asked for.
    pub fn of_reports(variable: impl Fn(&str) -> Option<String>) -> Self {
        Self::read(variable, Lang::En)
    }

    fn read(variable: impl Fn(&str) -> Option<String>, unsaid: Lang) -> Self {
        let [all, messages, ctype, lang] =
            ["LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG"].map(&variable);
        let spoken = Lang::of_locale(&[all.as_deref(), messages.as_deref(), lang.as_deref()]);
        let signs = [all, ctype, lang].into_iter().flatten().find(|value| !value.is_empty());
        let dumb = matches!(variable("TERM").as_deref(), Some("dumb" | "linux"));
        let unicode = !dumb && signs.as_deref().is_some_and(is_utf8);
        Self {
            lang: spoken.unwrap_or(unsaid),
            charset: if unicode { Charset::Unicode } else { Charset::Ascii },
        }
    }
}

/// `pt_BR.UTF-8`, `C.utf8`. A locale without a character set (`pt_BR`) is ISO 8859 by tradition.
fn is_utf8(locale: &str) -> bool {
    let charset = locale.split_once('.').map_or("", |(_, charset)| charset);
    let charset = charset.split('@').next().unwrap_or_default();
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(variables: &[(&str, &str)]) -> (Lang, Charset) {
        let locale = Locale::of(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        (locale.lang, locale.charset)
    }

    #[test]
    fn the_language_is_that_of_the_locale() {
        assert_eq!(locale(&[("LANG", "pt_BR.UTF-8")]), (Lang::Pt, Charset::Unicode));
        assert_eq!(locale(&[("LANG", "en_US.UTF-8")]), (Lang::En, Charset::Unicode));
        assert_eq!(locale(&[("LANG", "de_DE.utf8@euro")]), (Lang::En, Charset::Unicode));
        assert_eq!(
            locale(&[("LC_ALL", ""), ("LC_MESSAGES", "pt_PT.UTF-8"), ("LANG", "en_US.UTF-8")]),
            (Lang::Pt, Charset::Unicode)
        );
        assert_eq!(locale(&[("LC_ALL", "en_GB.UTF-8"), ("LANG", "pt_BR.UTF-8")]).0, Lang::En);
    }

    #[test]
    fn a_machine_that_says_nothing_gets_portuguese_in_ascii() {
        assert_eq!(locale(&[]), (Lang::Pt, Charset::Ascii));
        assert_eq!(locale(&[("LC_ALL", "C")]), (Lang::Pt, Charset::Ascii));
        assert_eq!(locale(&[("LANG", "C.UTF-8")]), (Lang::Pt, Charset::Unicode));
        assert_eq!(locale(&[("LANG", "POSIX")]), (Lang::Pt, Charset::Ascii));
    }

    #[test]
    fn what_is_printed_is_in_english_unless_portuguese_is_asked_for() {
        let printed =
            |lang: &str| Locale::of_reports(|name| (name == "LANG").then(|| lang.to_owned())).lang;
        assert_eq!(["", "C", "C.UTF-8", "en_US.UTF-8"].map(printed), [Lang::En; 4]);
        assert_eq!(printed("pt_BR.UTF-8"), Lang::Pt);
    }

    #[test]
    fn a_terminal_with_few_signs_gets_ascii() {
        assert_eq!(locale(&[("LANG", "pt_BR.ISO-8859-1")]).1, Charset::Ascii);
        assert_eq!(locale(&[("LANG", "pt_BR")]).1, Charset::Ascii);
        assert_eq!(locale(&[("LANG", "pt_BR.UTF-8"), ("TERM", "dumb")]).1, Charset::Ascii);
    }
}
