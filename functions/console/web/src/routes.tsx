// Which page stands at which address.
import type { ComponentChild } from "preact";
import { ContactPage } from "./contact/ContactPage";
import { NewContactPage } from "./contact/NewContactPage";
import { ContactsPage } from "./contacts/ContactsPage";
import { DuplicatesPage } from "./duplicates/DuplicatesPage";
import { ImportJobPage } from "./imports/ImportJobPage";
import { ImportPage } from "./imports/ImportPage";
import { JobPage } from "./jobs/JobPage";
import { JobsPage } from "./jobs/JobsPage";
import { CommunicationPage } from "./settings/CommunicationPage";
import { GeneralPage } from "./settings/GeneralPage";
import { MembersPage } from "./settings/MembersPage";
import { SsoPage } from "./settings/SsoPage";
import { LinkButton } from "./ui/Button";
import { EmptyState, PageHead } from "./ui/parts";

export type Area = "contacts" | "import" | "jobs" | "duplicates" | "settings" | "none";

export interface Route {
  title: string;
  area: Area;
  page: ComponentChild;
}

type Make = (id: string) => Route;

const ROUTES: [RegExp, Make][] = [
  [/^\/app\/contacts$/, () => ({ title: "Contacts", area: "contacts", page: <ContactsPage /> })],
  [/^\/app\/contacts\/new$/, () => ({ title: "New contact", area: "contacts", page: <NewContactPage /> })],
  [/^\/app\/contacts\/([^/]+)$/, (id) => ({ title: "Contact", area: "contacts", page: <ContactPage id={id} edit={false} /> })],
  [/^\/app\/contacts\/([^/]+)\/edit$/, (id) => ({ title: "Edit contact", area: "contacts", page: <ContactPage id={id} edit /> })],
  [/^\/app\/import$/, () => ({ title: "Import", area: "import", page: <ImportPage /> })],
  [/^\/app\/import\/([^/]+)$/, (id) => ({ title: "Import", area: "import", page: <ImportJobPage id={id} /> })],
  [/^\/app\/jobs$/, () => ({ title: "Jobs", area: "jobs", page: <JobsPage /> })],
  [/^\/app\/jobs\/([^/]+)$/, (id) => ({ title: "Job", area: "jobs", page: <JobPage id={id} /> })],
  [/^\/app\/duplicates$/, () => ({ title: "Duplicates", area: "duplicates", page: <DuplicatesPage /> })],
  [/^\/app\/settings(?:\/communication)?$/, () => ({ title: "Communication", area: "settings", page: <CommunicationPage /> })],
  [/^\/app\/settings\/sso$/, () => ({ title: "Single sign-on", area: "settings", page: <SsoPage /> })],
  [/^\/app\/settings\/members$/, () => ({ title: "Members", area: "settings", page: <MembersPage /> })],
  [/^\/app\/settings\/general$/, () => ({ title: "General", area: "settings", page: <GeneralPage /> })],
];

export function routeOf(path: string): Route {
  const plain = path.replace(/\/+$/, "");
  for (const [pattern, make] of ROUTES) {
    const match = pattern.exec(plain);
    if (match !== null) return make(match[1] ?? "");
  }
  return { title: "Not found", area: "none", page: <NoPage /> };
}

function NoPage() {
  return (
    <div class="page">
      <PageHead title="There is no such page" />
      <EmptyState icon="search" title="Nothing stands at this address" actions={<LinkButton kind="primary" href="/app/contacts">Go to Contacts</LinkButton>}>
        The link may be incomplete.
      </EmptyState>
    </div>
  );
}
