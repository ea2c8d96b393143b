//! Made-up people whose names show what a directory must cope with: many scripts, accents, apostrophes, hyphens, one-word
//! names. Addresses end in `.example` (RFC 2606), so that no mail can reach anybody.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

/// Names of one language: as written, and as they stand in an address.
struct Language {
    firsts: &'static [(&'static str, &'static str)],
    lasts: &'static [(&'static str, &'static str)],
    city: &'static str,
    postal_code: &'static str,
    country: &'static str,
    phone: &'static str,
}

const COMPANIES: [(&str, &str); 16] = [
    ("Nordlicht GmbH", "nordlicht"),
    ("Ægir Shipping ApS", "aegir"),
    ("Łódź Logistyka", "lodz-logistyka"),
    ("Café Société SARL", "cafe-societe"),
    ("株式会社サクラ", "sakura"),
    ("Ромашка ООО", "romashka"),
    ("شركة النخيل", "alnakheel"),
    ("Παρθενών ΑΕ", "parthenon"),
    ("한빛소프트", "hanbit"),
    ("भारत उद्योग", "bharat-udyog"),
    ("O’Neill & Sons Ltd", "oneill"),
    ("Smith, Smith & Smith", "smith"),
    ("חברת הגליל", "galil"),
    ("บริษัท ช้างไทย", "changthai"),
    ("Acme \"Quality\" Inc.", "acme"),
    ("İstanbul Tekstil A.Ş.", "istanbul-tekstil"),
];

const JOBS: [&str; 6] = ["Head of IT", "Accountant", "Office manager", "Buyer", "Geschäftsführerin", "Ingénieur"];
const DIVISIONS: [&str; 4] = ["Sales", "Finance", "Operations", ""];

const LANGUAGES: [Language; 14] = [
    Language {
        firsts: &[("Jürgen", "juergen"), ("Zoë", "zoe"), ("Anja", "anja"), ("Björn", "bjoern")],
        lasts: &[("Groß", "gross"), ("Müller-Lüdenscheidt", "mueller"), ("Schäfer", "schaefer"), ("von der Heide", "heide"), ("Weiß", "weiss")],
        city: "Köln",
        postal_code: "50667",
        country: "Germany",
        phone: "+49 221 55501",
    },
    Language {
        firsts: &[("François", "francois"), ("Chloé", "chloe"), ("Aurélie", "aurelie"), ("Noël", "noel")],
        lasts: &[("L’Hôpital", "lhopital"), ("Lefèvre", "lefevre"), ("d’Artagnan", "dartagnan"), ("Œuvrard", "oeuvrard"), ("Brûlé", "brule")],
        city: "Orléans",
        postal_code: "45000",
        country: "France",
        phone: "+33 2 38 55 01 ",
    },
    Language {
        firsts: &[("Łukasz", "lukasz"), ("Żaneta", "zaneta"), ("Małgorzata", "malgorzata"), ("Józef", "jozef")],
        lasts: &[
            ("Wiśniewski", "wisniewski"),
            ("Źródło", "zrodlo"),
            ("Dąbrowska", "dabrowska"),
            ("Święcicki", "swiecicki"),
            ("Gżegżółka", "gzegzolka"),
        ],
        city: "Łódź",
        postal_code: "90-001",
        country: "Poland",
        phone: "+48 42 555 01 ",
    },
    Language {
        firsts: &[("İbrahim", "ibrahim"), ("Işıl", "isil"), ("Gül", "gul"), ("Çağla", "cagla")],
        lasts: &[("Yıldız", "yildiz"), ("Öztürk", "ozturk"), ("Şahin", "sahin"), ("Kılıç", "kilic"), ("Güneş", "gunes")],
        city: "İstanbul",
        postal_code: "34000",
        country: "Türkiye",
        phone: "+90 212 555 01 ",
    },
    Language {
        firsts: &[("Søren", "soren"), ("Åse", "aase"), ("Þóra", "thora"), ("Øyvind", "oyvind")],
        lasts: &[
            ("Ångström", "angstrom"),
            ("Kjærgaard", "kjaergaard"),
            ("Björnsdóttir", "bjornsdottir"),
            ("Æbelø", "aebeloe"),
            ("Højgård", "hoejgaard"),
        ],
        city: "Ærøskøbing",
        postal_code: "5970",
        country: "Denmark",
        phone: "+45 62 55 01 ",
    },
    Language {
        firsts: &[("Nguyễn", "nguyen"), ("Thị Hương", "huong"), ("Đức", "duc"), ("Phượng", "phuong")],
        lasts: &[("Trần", "tran"), ("Lê", "le"), ("Phạm", "pham"), ("Võ", "vo"), ("Đặng", "dang")],
        city: "Hà Nội",
        postal_code: "100000",
        country: "Vietnam",
        phone: "+84 24 3555 01",
    },
    Language {
        firsts: &[("Зоя", "zoya"), ("Дмитрий", "dmitry"), ("Ксения", "kseniya"), ("Їжак", "yizhak")],
        lasts: &[("Иванова", "ivanova"), ("Щукин", "shchukin"), ("Ёлкина", "yolkina"), ("Чайковский", "chaikovsky"), ("Ґалаґан", "galagan")],
        city: "Київ",
        postal_code: "01001",
        country: "Ukraine",
        phone: "+380 44 555 01 ",
    },
    Language {
        firsts: &[("Ζωή", "zoi"), ("Γιώργος", "giorgos"), ("Ελένη", "eleni"), ("Άγγελος", "angelos")],
        lasts: &[("Παπαδόπουλος", "papadopoulos"), ("Ιωάννου", "ioannou"), ("Καζαντζάκης", "kazantzakis"), ("Ψαρράς", "psarras"), ("Ξένου", "xenou")],
        city: "Αθήνα",
        postal_code: "105 57",
        country: "Greece",
        phone: "+30 21 0555 01",
    },
    Language {
        firsts: &[("محمد", "mohammed"), ("ليلى", "layla"), ("يوسف", "yousef"), ("نور", "noor")],
        lasts: &[("الأحمد", "alahmad"), ("حدّاد", "haddad"), ("الزهراني", "alzahrani"), ("قاسم", "qasim"), ("شاهين", "shahin")],
        city: "عمّان",
        postal_code: "11118",
        country: "Jordan",
        phone: "+962 6 555 01",
    },
    Language {
        firsts: &[("נועה", "noa"), ("אברהם", "avraham"), ("תמר", "tamar"), ("יצחק", "yitzhak")],
        lasts: &[("כהן", "cohen"), ("לוי", "levi"), ("מזרחי", "mizrahi"), ("פרץ", "peretz"), ("ביטון", "biton")],
        city: "חיפה",
        postal_code: "3100001",
        country: "Israel",
        phone: "+972 4 855 01 ",
    },
    Language {
        firsts: &[("प्रिया", "priya"), ("राजेश", "rajesh"), ("अनन्या", "ananya"), ("विक्रम", "vikram")],
        lasts: &[("शर्मा", "sharma"), ("सिंह", "singh"), ("गुप्ता", "gupta"), ("पटेल", "patel"), ("श्रीवास्तव", "srivastava")],
        city: "दिल्ली",
        postal_code: "110001",
        country: "India",
        phone: "+91 11 2555 01",
    },
    Language {
        firsts: &[("さくら", "sakura"), ("健太", "kenta"), ("ユキ", "yuki"), ("裕子", "yuko")],
        lasts: &[("髙橋", "takahashi"), ("山田", "yamada"), ("ワタナベ", "watanabe"), ("佐藤", "sato"), ("小林", "kobayashi")],
        city: "東京",
        postal_code: "100-0001",
        country: "Japan",
        phone: "+81 3 5555 01",
    },
    Language {
        firsts: &[("민준", "minjun"), ("서연", "seoyeon"), ("지우", "jiwoo"), ("하은", "haeun")],
        lasts: &[("김", "kim"), ("이", "lee"), ("박", "park"), ("최", "choi"), ("정", "jung")],
        city: "서울",
        postal_code: "04524",
        country: "South Korea",
        phone: "+82 2 555 01",
    },
    Language {
        firsts: &[("小明", "xiaoming"), ("สมชาย", "somchai"), ("მარიამ", "mariam"), ("Արամ", "aram")],
        lasts: &[("王", "wang"), ("李", "li"), ("ใจดี", "jaidee"), ("ბერიძე", "beridze"), ("Պետրոսյան", "petrosyan")],
        city: "上海",
        postal_code: "200000",
        country: "China",
        phone: "+86 21 5555 01",
    },
];

/// So many contacts as the API takes them, always the same ones.
pub fn contacts(team: &str, count: usize) -> Vec<Map<String, Value>> {
    let mut taken = HashSet::new();
    (0..count).filter_map(|number| contact(team, number, &mut taken)).collect()
}

fn contact(team: &str, number: usize, taken: &mut HashSet<String>) -> Option<Map<String, Value>> {
    let round = number / LANGUAGES.len();
    let language = pick(&LANGUAGES, number)?;
    let (company, domain) = pick(&COMPANIES, number * 5 + round)?;
    let (first, last) = (pick(language.firsts, round)?, pick(language.lasts, round)?);
    let (job, division) = (pick(&JOBS, number + round)?, pick(&DIVISIONS, number / 3)?);
    let mut local = format!("{}.{}", first.1, last.1);
    if !taken.insert(format!("{local}@{domain}")) {
        local = format!("{local}.{number}");
    }
    let mut contact = json!({
        "firstName": first.0,
        "lastName": last.0,
        "company": company,
        "job": job,
        "primaryEmail": format!("{local}@{domain}.{team}.example"),
        "city": language.city,
        "postalCode": language.postal_code,
        "country": language.country,
        "phones": { "work": format!("{}{:02}", language.phone, number % 100) },
    });
    if !division.is_empty() {
        contact["division"] = Value::from(*division);
    }
    if number % 6 == 1 {
        contact["emails"] = json!({ "billing": format!("billing+{number}@{domain}.{team}.example") });
    }
    if number % 9 == 4 {
        contact["contactIsActive"] = Value::from(false);
    }
    if number % 4 == 2 {
        contact["portalAccess"] = Value::from(true);
        contact["canComment"] = Value::from(true);
    }
    if number % 11 == 3 {
        contact["notes"] = Value::from("Prefers to be called before noon.\nKnows the old system well.");
    }
    match contact {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

fn pick<T>(all: &[T], number: usize) -> Option<&T> {
    all.get(number % all.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contacts_are_the_same_each_time_and_no_address_repeats() {
        let all = contacts("demo", 300);
        assert_eq!(all, contacts("demo", 300));
        let addresses: HashSet<_> = all.iter().map(|contact| contact["primaryEmail"].as_str().unwrap().to_lowercase()).collect();
        assert_eq!(addresses.len(), 300);
        assert!(addresses.iter().all(|address| address.is_ascii() && address.ends_with(".demo.example")));
    }

    #[test]
    fn the_names_are_in_many_scripts() {
        let contacts = contacts("demo", 300);
        let names: String = contacts.iter().flat_map(|contact| ["firstName", "lastName"].map(|name| contact[name].to_string())).collect();
        for letter in ['ß', 'Ł', 'ı', 'Å', 'Щ', 'Ψ', 'ش', 'כ', 'श', '髙', '김', '王', 'ใ', 'ბ', 'Պ'] {
            assert!(names.contains(letter), "{letter}");
        }
    }
}
