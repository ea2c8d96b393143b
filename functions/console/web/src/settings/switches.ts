// The team's switches in groups, each explained in a sentence.
import type { Communication } from "../api/types";

export interface SwitchInfo {
  name: keyof Communication;
  title: string;
  text: string;
}

interface Group {
  title: string;
  text: string;
  /** A page with more about it. */
  more?: { href: string; text: string };
  switches: SwitchInfo[];
}

export const GROUPS: Group[] = [
  {
    title: "Web portal",
    text: "What contacts can do in the portal. Each also needs the contact's own permission; both must be on.",
    switches: [
      { name: "portal", title: "Contacts can access web portal", text: "Opens the portal to active contacts who have portal access. Off ends running sessions at their next request." },
      { name: "comments", title: "Contacts can post comments", text: "Contacts who can comment may write on their open tickets." },
      { name: "commentsOnClosed", title: "Contacts can post comments on closed tickets too", text: "The same for tickets that are closed." },
      { name: "closeTickets", title: "Contacts can close tickets", text: "Contacts who can close tickets may close their own." },
      { name: "freeformRequests", title: "Contacts can submit freeform requests", text: "Contacts who can create requests may write one without a template." },
      { name: "ticketHistory", title: "Show ticket history to contacts", text: "Contacts see how the status of their tickets changed." },
    ],
  },
  {
    title: "Mail to contacts",
    text: "The team's half of each notification. A mail is sent only when the contact wants it as well.",
    switches: [
      { name: "notifyTicketCreated", title: "Email contacts when a ticket is created", text: "Participants get a mail when a ticket with them is created." },
      { name: "notifyTicketUpdated", title: "Email contacts when a ticket is updated", text: "Participants get a mail when status, priority or assignee change." },
      { name: "notifyTicketCommented", title: "Email contacts when a ticket is commented", text: "Participants get a mail for each public comment of somebody else." },
      { name: "notifyTicketClosed", title: "Email contacts when a ticket is closed", text: "Participants get a mail when a ticket is closed." },
      { name: "notifyFormAssigned", title: "Email contacts when a form is assigned", text: "Contacts get a mail when they are asked to fill in a form." },
    ],
  },
  {
    title: "Import",
    text: "Who may bring in many contacts at once.",
    switches: [
      { name: "bulkImport", title: "Allow bulk contact import", text: "Members with the permission “Import contacts (bulk)” may import files. Off stops imports for everybody." },
    ],
  },
  {
    title: "Single sign-on for contacts",
    text: "Which buttons the portal's sign-in page shows, and whom they let in.",
    more: { href: "/app/settings/sso", text: "Set it up, and see which buttons contacts have now" },
    switches: [
      { name: "ssoMicrosoft", title: "Contact SSO: Microsoft", text: "Shows “Sign in with Microsoft”." },
      { name: "ssoGoogle", title: "Contact SSO: Google", text: "Shows “Sign in with Google”." },
      {
        name: "ssoOidc",
        title: "Contact SSO: the operator's identity provider",
        text: "Shows “Sign in with …” for the OpenID Connect provider that this service's operator added, if there is one.",
      },
      { name: "ssoRequiresSyncedContact", title: "Require synced contact match for SSO", text: "Lets SSO in only when the identity is the one that directory sync stored for that contact." },
    ],
  },
];
