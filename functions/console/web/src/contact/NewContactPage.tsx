// Adds a contact by hand.
import { refusal, useSigned } from "../session/me";
import { EmptyState, PageHead } from "../ui/parts";
import { ContactEditor } from "./ContactEditor";

export function NewContactPage() {
  const { me } = useSigned();
  const refused = refusal(me.can.modifyContacts);
  if (refused !== null) {
    return (
      <div class="page">
        <PageHead title="New contact" back={{ href: "/app/contacts", label: "Contacts" }} />
        <EmptyState icon="lock" title="You may not add contacts">{refused}</EmptyState>
      </div>
    );
  }
  return <ContactEditor contact={null} origins={{}} history={null} onSaved={() => undefined} />;
}
