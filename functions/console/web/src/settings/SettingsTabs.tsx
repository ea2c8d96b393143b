// The pages of the team's settings, one beside the other.
const PAGES = [
  { path: "/app/settings/communication", title: "Communication" },
  { path: "/app/settings/sso", title: "Single sign-on" },
  { path: "/app/settings/members", title: "Members" },
  { path: "/app/settings/general", title: "General" },
];

export function SettingsTabs({ current }: { current: string }) {
  return (
    <nav class="subnav" aria-label="Settings">
      {PAGES.map(({ path, title }) => <a key={path} href={path} class="subnav-link" aria-current={path === current ? "page" : undefined}>{title}</a>)}
    </nav>
  );
}
