// What contacts see on the portal's sign-in page now, each way with the reason why it is missing and the setting that decides.
import { Icon } from "../ui/Icon";
import { Notice } from "../ui/parts";
import { buttons, type Facts, type Missing } from "./buttons";

export function SignInButtons(facts: Facts) {
  const { portal, ssoRequiresSyncedContact } = facts.switches;
  return (
    <section class="card" aria-labelledby="buttons-title">
      <h2 id="buttons-title">What contacts see when they sign in</h2>
      {!portal && (
        <Notice tone="warn">
          Nothing yet: the portal is closed. As soon as it is open, they see what stands here. <Switch name="portal" />
        </Notice>
      )}
      <ul class="why-rules">
        <Way title="A code by email is always offered." text="To the contact's Primary Email." missing={[]} />
        {buttons(facts).map(({ label, accounts, missing }) => (
          <Way key={label} title={`“${label}” is ${missing.length === 0 ? "shown" : "not shown"}.`} text={accounts} missing={missing} />
        ))}
      </ul>
      {ssoRequiresSyncedContact && (
        <p class="hint">
          Single sign-on lets in only whom directory sync knows, because “Require synced contact match for SSO” is on. <Switch name="ssoRequiresSyncedContact" />
        </p>
      )}
    </section>
  );
}

function Way({ title, text, missing }: { title: string; text: string; missing: readonly Missing[] }) {
  const isShown = missing.length === 0;
  return (
    <li class="why-rule">
      <span class={isShown ? "why-mark why-yes" : "why-mark why-no"}><Icon name={isShown ? "check" : "close"} /></span>
      <span class="why-text">
        <span>{title}</span>
        {isShown && <span class="hint">{text}</span>}
        {missing.map((each) => (
          <span key={each.text} class="hint">{each.text} {each.decidedBy !== undefined && <Switch name={each.decidedBy} />}</span>
        ))}
      </span>
    </li>
  );
}

function Switch({ name }: { name: string }) {
  return <a href={`/app/settings/communication#${name}`}>Change in Settings, Communication</a>;
}
