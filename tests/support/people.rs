//! Made-up contacts that look real: many scripts, common and rare names, companies, addresses and numbers. The same number always gives the same contact.

use domain::{
    directory::{PhoneText, Row, Status},
    ids::{ContactId, Version},
    text::fold,
};
use std::collections::BTreeMap;
use uuid::Builder;

const FIRST: &[&str] = &[
    "Anna",
    "Maria",
    "Thomas",
    "Michael",
    "Peter",
    "Julia",
    "Laura",
    "David",
    "Daniel",
    "Sarah",
    "Christian",
    "Andreas",
    "Stefan",
    "Martin",
    "Sophie",
    "Emma",
    "Paul",
    "Lukas",
    "Jonas",
    "Felix",
    "James",
    "Mary",
    "John",
    "Patricia",
    "Robert",
    "Jennifer",
    "William",
    "Linda",
    "Richard",
    "Elizabeth",
    "Joseph",
    "Susan",
    "Charles",
    "Jessica",
    "Karen",
    "Nancy",
    "Zoë",
    "René",
    "José",
    "María",
    "Jürgen",
    "Jörg",
    "Günther",
    "Søren",
    "Åsa",
    "Björn",
    "Łukasz",
    "Zofia",
    "Małgorzata",
    "Jiří",
    "Çağla",
    "İpek",
    "Ömer",
    "François",
    "Éloïse",
    "Chloé",
    "Inês",
    "João",
    "Siobhán",
    "Seán",
    "Þór",
    "Guðrún",
    "Ingrid",
    "Nguyễn",
    "Thị",
    "Wei",
    "Min-jun",
    "Aiko",
    "Hiroshi",
    "Priya",
    "Arjun",
    "Fatima",
    "Mohammed",
    "Omar",
    "Aisha",
    "Olga",
    "Dmitri",
];
const LAST: &[&str] = &[
    "Müller",
    "Schmidt",
    "Schneider",
    "Fischer",
    "Weber",
    "Meyer",
    "Wagner",
    "Becker",
    "Schulz",
    "Hoffmann",
    "Smith",
    "Johnson",
    "Williams",
    "Brown",
    "Jones",
    "Garcia",
    "Miller",
    "Davis",
    "Rodriguez",
    "Martinez",
    "Anderson",
    "Taylor",
    "Wilson",
    "O’Brien",
    "O'Neil",
    "MacDonald",
    "García Márquez",
    "Fernández",
    "Núñez",
    "Gonçalves",
    "da Silva",
    "Dupont",
    "Lefèvre",
    "Nowak",
    "Dvořák",
    "Kowalski",
    "Wiśniewski",
    "Novák",
    "Svensson",
    "Jørgensen",
    "Yılmaz",
    "Şahin",
    "Papadopoulos",
    "van der Berg",
    "de Vries",
    "Rossi",
    "Esposito",
    "Kim",
    "Tanaka",
    "Suzuki",
    "Singh",
    "Patel",
    "Sharma",
    "Ivanov",
    "Petrov",
    "Al-Farsi",
];
const WHOLE: &[&str] = &[
    "김민준",
    "이서연",
    "박지훈",
    "山田太郎",
    "佐藤 花子",
    "王伟",
    "李娜",
    "Алексей Смирнов",
    "Екатерина Кузнецова",
    "Γιώργος Παπαδόπουλος",
    "Ελένη Νικολάου",
    "محمد الأحمد",
    "فاطمة الزهراء",
    "דוד לוי",
    "สมชาย ใจดี",
    "अर्जुन शर्मा",
    "გიორგი ბერიძე",
    "Արամ Սարգսյան",
];
const SYLLABLES: &[&str] = &[
    "ba", "ber", "cor", "da", "del", "fen", "gar", "hol", "jan", "ka", "kor", "lem", "lin", "mar", "mo", "nor", "pel", "quin", "ros", "san", "ster",
    "tan", "ul", "vin", "wal", "xan", "yor", "zim",
];
const TRADES: &[&str] = &[
    "Logistics",
    "Systems",
    "Consulting",
    "Bäckerei",
    "Hospital",
    "Energy",
    "Foods",
    "Software",
    "Travel",
    "Maschinenbau",
    "Textiles",
    "Clinic",
    "University",
    "Insurance",
    "Hôtels",
    "Verlag",
];
const FORMS: &[&str] = &["GmbH", "AG", "Ltd", "Inc.", "S.A.", "AB", "Sp. z o.o.", "K.K."];
const MAIL: &[&str] = &["gmail.com", "outlook.com", "web.de", "yahoo.co.jp", "proton.me"];
const LABELS: &[&str] = &["billing", "private", "office", "support"];

/// A stream of numbers that look random (the generator of <https://prng.di.unimi.it/splitmix64.c>).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of them, the first ones far more often, as with real names.
    fn common<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let most = all.len() as u64;
        let at = self.below(most).min(self.below(most));
        all[usize::try_from(at).unwrap_or(0)]
    }

    fn made_up(&mut self, syllables: u64) -> String {
        let word: String = (0..syllables).map(|_| self.common(SYLLABLES)).collect();
        word[..1].to_uppercase() + &word[1..]
    }
}

/// The contact with this number.
pub fn person(number: u64) -> Row {
    let mut numbers = Numbers(number.wrapping_mul(0xD134_2543_DE82_EF95));
    let last = if numbers.below(3) == 0 {
        let syllables = 3 + numbers.below(2);
        numbers.made_up(syllables)
    } else {
        numbers.common(LAST).to_owned()
    };
    let latin = format!("{} {last}", numbers.common(FIRST));
    let display_name = if numbers.below(12) == 0 { numbers.common(WHOLE).to_owned() } else { latin.clone() };
    let (company, domain) = company(&mut numbers);
    let local: String = fold(&latin).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '.' }).collect();
    let domain = if numbers.below(4) == 0 { numbers.common(MAIL).to_owned() } else { domain };
    let primary_email = if numbers.below(20) == 0 { String::new() } else { format!("{local}{}@{domain}", numbers.below(1000)) };
    let mut emails = BTreeMap::new();
    for _ in 0..numbers.below(3) {
        emails.insert(numbers.common(LABELS).to_owned(), format!("{local}{}@{}", numbers.below(100), numbers.common(MAIL)));
    }
    let phones = (0..=numbers.below(2)).map(|at| (["mobile", "work"][usize::from(at > 0)].to_owned(), phone(&mut numbers))).collect();
    Row {
        id: ContactId::from_uuid(
            Builder::from_random_bytes((u128::from(numbers.next()) << 64 | u128::from(numbers.next())).to_be_bytes()).into_uuid(),
        ),
        version: Version::new(1 + numbers.below(9)),
        display_name,
        company,
        primary_email,
        emails,
        phones,
        active: if numbers.below(10) == 0 { Status::Inactive } else { Status::Active },
        updated_at_ms: 1_600_000_000_000 + numbers.below(150_000_000_000).cast_signed(),
    }
}

/// Its name, or none, and its domain.
fn company(numbers: &mut Numbers) -> (String, String) {
    let word = numbers.made_up(3);
    let (trade, form) = (numbers.common(TRADES), numbers.common(FORMS));
    let domain = format!("{}-{}.example", word.to_lowercase(), fold(trade));
    if numbers.below(10) == 0 { (String::new(), domain) } else { (format!("{word} {trade} {form}"), domain) }
}

fn phone(numbers: &mut Numbers) -> PhoneText {
    let (area, line) = (100 + numbers.below(900), 1_000_000 + numbers.below(9_000_000));
    let country = [49, 1, 44, 33, 46, 81][usize::try_from(numbers.below(6)).unwrap_or(0)];
    let e164 = format!("+{country}{area}{line}");
    match numbers.below(4) {
        0 => PhoneText { typed: e164.clone(), e164: Some(e164) },
        1 => PhoneText { typed: format!("+{country} {area} {line}"), e164: Some(e164) },
        2 => PhoneText { typed: format!("+{country} (0){area}/{line}"), e164: Some(e164) },
        _ => PhoneText { typed: format!("0{area}-{line}"), e164: None },
    }
}

/// The contact as a line for PostgreSQL's `COPY` (text format): id, version, name, company, Primary Email, other emails, phones
/// (typed and E.164), active, last change in milliseconds, and everything that search looks at, folded.
pub fn tab_separated(row: &Row) -> String {
    let emails: Vec<&str> = row.emails.values().map(String::as_str).collect();
    let phones: Vec<String> = row.phones.values().map(|phone| format!("{} {}", phone.typed, phone.e164.as_deref().unwrap_or_default())).collect();
    let digits: Vec<String> = row
        .phones
        .values()
        .flat_map(|phone| [Some(&phone.typed), phone.e164.as_ref()])
        .flatten()
        .map(|number| domain::text::digits(number))
        .collect();
    let search = fold(&[&row.display_name, &row.company, &row.primary_email, emails.join(" ").as_str(), digits.join(" ").as_str()].join(" "));
    let fields = [
        row.id.to_string(),
        row.version.to_string(),
        row.display_name.clone(),
        row.company.clone(),
        row.primary_email.clone(),
        emails.join(" "),
        phones.join("; "),
        (row.active == Status::Active).to_string(),
        row.updated_at_ms.to_string(),
        search,
    ];
    fields.map(|field| field.replace('\\', "\\\\")).join("\t")
}

/// The header of [`csv_row`].
pub const CSV_HEADER: &str =
    "First Name,Last Name,Primary Email,Emails,Phones,Company,Job,Address Line 1,City,Postal Code,Country,Division,Notes\r\n";

const JOBS: &[&str] = &["Sales", "Accounting", "Head of IT", "Nurse", "Einkauf", "Software Engineer", "Driver", "Office, reception"];
const CITIES: &[&str] = &["Berlin", "Wien", "Zürich", "Łódź", "São Paulo", "Portland", "Leeds", "大阪市", "Αθήνα", "Malmö"];

/// The contact with this number as a row of a file that a team would import. Its Primary Email is its own, but one row in 1,000 has an
/// address that is none, and one in 1,500 that of the row before: such rows fail.
pub fn csv_row(number: u64) -> String {
    let row = person(number);
    let mut numbers = Numbers(number.wrapping_mul(0x9E6C_63D0_876A_68E5));
    let (first, last) = row.display_name.split_once(' ').unwrap_or((&row.display_name, ""));
    let email = match number {
        _ if number % 1_000 == 999 => format!("{} at example", fold(first)),
        _ if number % 1_500 == 1_499 => email_of(number - 1),
        _ if row.primary_email.is_empty() => String::new(),
        _ => email_of(number),
    };
    let labeled = |map: Vec<(&String, &str)>| {
        if map.is_empty() { String::new() } else { serde_json::json!(map.into_iter().collect::<BTreeMap<_, _>>()).to_string() }
    };
    let emails = labeled(row.emails.iter().map(|(label, email)| (label, email.as_str())).collect());
    let phones = match row.phones.len() {
        0 | 1 => row.phones.values().map(|phone| phone.typed.clone()).collect(),
        _ => labeled(row.phones.iter().map(|(label, phone)| (label, phone.typed.as_str())).collect()),
    };
    let notes =
        if numbers.below(5) == 0 { format!("Met at the fair.\nWants an offer for {} \"licences\".", 1 + numbers.below(500)) } else { String::new() };
    let cells = [
        first.to_owned(),
        last.to_owned(),
        email,
        emails,
        phones,
        row.company.clone(),
        numbers.common(JOBS).to_owned(),
        format!("{} Straße {}", numbers.made_up(3), 1 + numbers.below(200)),
        numbers.common(CITIES).to_owned(),
        format!("{:05}", numbers.below(100_000)),
        ["Germany", "Österreich", "Japan", "Brasil"][usize::try_from(numbers.below(4)).unwrap_or(0)].to_owned(),
        format!("Division {}", numbers.below(40)),
        notes,
    ];
    cells.map(|cell| quoted(&cell)).join(",") + "\r\n"
}

/// An address that no other contact has.
fn email_of(number: u64) -> String {
    let email = person(number).primary_email;
    let (local, domain) = email.split_once('@').unwrap_or(("somebody", "mail.example"));
    format!("{local}.{number}@{domain}")
}

/// A cell of a file (RFC 4180).
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
