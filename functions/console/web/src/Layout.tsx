// The frame of every page: the sidebar, which becomes a bar at the bottom of a phone, and the way to skip it.
import type { ComponentChildren } from "preact";
import type { Area } from "./routes";
import { useSigned } from "./session/me";
import { signOut } from "./session/session";
import { Icon, type IconName } from "./ui/Icon";
import { Menu } from "./ui/Menu";

const AREAS: { area: Area; href: string; title: string; icon: IconName }[] = [
  { area: "contacts", href: "/app/contacts", title: "Contacts", icon: "contacts" },
  { area: "duplicates", href: "/app/duplicates", title: "Duplicates", icon: "merge" },
  { area: "import", href: "/app/import", title: "Import", icon: "upload" },
  { area: "jobs", href: "/app/jobs", title: "Jobs", icon: "clock" },
  { area: "settings", href: "/app/settings/communication", title: "Settings", icon: "gear" },
];

export function Layout({ area, children }: { area: Area; children: ComponentChildren }) {
  const { me } = useSigned();
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={(event) => {
        event.preventDefault();
        document.getElementById("main")?.focus();
      }}>Skip to the page</a>
      <header class="sidebar">
        <div class="team">
          <span class="team-mark" aria-hidden="true">{[...me.teamName][0] ?? "K"}</span>
          <span class="team-name">{me.teamName}</span>
        </div>
        <nav class="areas" aria-label="Main">
          {AREAS.map((each) => (
            <a key={each.area} href={each.href} class="area" aria-current={each.area === area ? "page" : undefined}>
              <Icon name={each.icon} />
              <span>{each.title}</span>
            </a>
          ))}
        </nav>
        <div class="who">
          <span class="who-name" title={me.member.email}>{me.member.name || me.member.email}</span>
          <Menu label="Your session" icon="dots" small items={[{ label: "Sign out", icon: "signOut", onSelect: () => void signOut() }]} />
        </div>
      </header>
      {children}
    </div>
  );
}
