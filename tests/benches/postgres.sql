-- The directory's rows for PostgreSQL: one text that search looks at, as the directory has it, under a trigram index; an index for each sort.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE contacts (
  id uuid PRIMARY KEY,
  version bigint NOT NULL,
  name text COLLATE "C",
  company text COLLATE "C",
  email text COLLATE "C",
  emails text,
  phones text,
  active boolean NOT NULL,
  updated_ms bigint NOT NULL,
  search text NOT NULL
);
\copy contacts FROM 'rows.tsv' WITH (NULL '')
CREATE INDEX contacts_search ON contacts USING gin (search gin_trgm_ops);
CREATE INDEX contacts_name ON contacts (name, id);
CREATE INDEX contacts_company ON contacts (company, id);
CREATE INDEX contacts_email ON contacts (email, id);
CREATE INDEX contacts_status ON contacts (active DESC, id);
CREATE INDEX contacts_updated ON contacts (updated_ms, id);
VACUUM ANALYZE contacts;
