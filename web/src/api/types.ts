// The wire types, by hand until openapi.json exists; `npm run api` then
// generates schema.d.ts and these become aliases of its schemas.

export type Id = string;
export type Time = string;
export type Role = 'owner' | 'manager' | 'agent';
export type Activity = 'online' | 'busy' | 'offline';
export type Language = 'es' | 'en';
export type Theme = 'system' | 'light' | 'dark';
export type SendKey = 'enter' | 'ctrl_enter';
export type Permission =
  | 'workspace.manage'
  | 'channels.manage'
  | 'channels.advanced'
  | 'users.manage'
  | 'contacts.edit'
  | 'messages.send';

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface User {
  id: Id;
  name: string;
  email: string;
  role: Role;
  initials: string;
  color: number;
  picture_url: string;
  activity: Activity;
  team_ids: Id[];
}

export interface Workspace {
  id: Id;
  name: string;
  timezone: string;
  language: Language;
  unassign_on_close: boolean;
}

export interface Me {
  user: User & { language: Language; theme: Theme; send_key: SendKey; timezone: string };
  workspace: Workspace;
  permissions: Permission[];
  seq: string;
  version: string;
}

export interface Session {
  id: Id;
  device: string;
  ip: string;
  created_at: Time;
  last_seen_at: Time;
  current: boolean;
}

export interface Token {
  id: Id;
  name: string;
  prefix: string;
  created_at: Time;
  last_used_at: Time | null;
  token?: string;
}

export interface Limit {
  bytes: number;
  text: number;
  mime: string[] | null;
}

export interface Capabilities {
  out: Partial<Record<ContentKind, Limit>>;
  window_hours: number;
  outside_window: 'template' | 'tag' | 'none' | '';
  contact_first: boolean;
  delivered: boolean;
  read_receipts: boolean;
  reply_context: boolean;
  reactions: boolean;
  typing: boolean;
  templates: boolean;
  max_buttons: number;
  max_list_rows: number;
}

export interface Health {
  last_webhook_at: Time | null;
  last_send_at: Time | null;
  last_error: { at: Time; code: string; text: string } | null;
  queue_in: number;
  queue_out: number;
  unreadable: number;
  dead: number;
}

export interface Channel {
  id: Id;
  type: string;
  name: string;
  handle: string;
  status: 'connected' | 'error' | 'disconnected';
  webhook_url: string;
  capabilities: Capabilities;
  config: Record<string, string>;
  secrets_set: string[];
  created_at: Time;
  health: Health;
}

export type FieldKind = 'text' | 'secret' | 'url' | 'choice' | 'bool' | 'color' | 'list' | 'long';

export interface ChannelField {
  key: string;
  label: string;
  help: string;
  kind: FieldKind;
  required: boolean;
  generated: boolean;
  owner_only: boolean;
  advanced: boolean;
  default: string;
  pattern: string;
  options: { value: string; label: string }[] | null;
}

export interface ChannelType {
  type: string;
  name: string;
  summary: string;
  fields: ChannelField[];
  capabilities: Capabilities;
}

export type InboxId = 'all' | 'mine' | 'unassigned';
export interface Inbox {
  id: InboxId;
  kind: 'standard';
  open: number;
  unread: number;
}

export type ContactStatus = 'open' | 'closed' | 'snoozed';
export type StatusFilter = ContactStatus | 'all';
export type Sort = 'newest' | 'oldest' | 'longest' | 'shortest';
export type Direction = 'incoming' | 'outgoing' | 'comment';
export type Source =
  | 'user'
  | 'contact'
  | 'workflow'
  | 'bot'
  | 'api'
  | 'broadcast'
  | 'echo'
  | 'system';
export type MessageStatus =
  | ''
  | 'queued'
  | 'sending'
  | 'uncertain'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed';

export interface ContactRow {
  id: Id;
  name: string;
  initials: string;
  color: number;
  picture_url: string;
  status: ContactStatus;
  status_since: Time;
  unread: number;
  assignee_id: Id | null;
  last_message: {
    id: Id;
    at: Time;
    direction: Direction;
    kind: ContentKind;
    text: string;
    sender_name: string;
    source: Source;
    user_id: Id | null;
    /** Not every server tells it in the list. */
    status?: MessageStatus;
  } | null;
  channel: { id: Id; type: string } | null;
  blocked: boolean;
  last_incoming_at: Time | null;
}

export interface Identity {
  id: Id;
  channel_id: Id;
  channel_type: string;
  channel_name: string;
  key: string;
  label: string;
  last_message_at: Time | null;
  last_incoming_at: Time | null;
  window_closes_at: Time | null;
  reachable: boolean;
}

export interface Contact extends ContactRow {
  first_name: string;
  last_name: string;
  phone: string;
  email: string;
  country: string;
  language: string;
  created_at: Time;
  identities: Identity[];
  conversation: { id: Id; opened_at: Time; opened_by: string } | null;
  draft: { text: string; comment: boolean; updated_at: Time } | null;
  etag: string;
}

export type ContentKind =
  | 'text'
  | 'image'
  | 'video'
  | 'audio'
  | 'voice'
  | 'file'
  | 'sticker'
  | 'location'
  | 'contacts'
  | 'reply'
  | 'form'
  | 'order'
  | 'template'
  | 'interactive'
  | 'system'
  | 'unsupported';

export interface Attachment {
  kind: ContentKind;
  file_id?: Id;
  remote?: string;
  name?: string;
  mime?: string;
  size?: number;
  width?: number;
  height?: number;
  duration?: number;
  emoji?: string;
  animated?: boolean;
  error?: string;
}

export interface Location {
  latitude: number;
  longitude: number;
  name?: string;
  address?: string;
  url?: string;
}

export interface SharedContact {
  name?: string;
  first_name?: string;
  last_name?: string;
  phones?: string[];
  emails?: string[];
  company?: string;
}

export interface TemplateParameter {
  type: string;
  name?: string;
  value?: string;
  attachment?: Attachment;
}

export interface TemplateComponent {
  type: string;
  sub_type?: string;
  index?: number;
  parameters?: TemplateParameter[];
}

export interface TemplateSend {
  name: string;
  language: string;
  components?: TemplateComponent[];
}

export interface Interactive {
  header?: string;
  footer?: string;
  buttons?: { id: string; title: string }[];
  list_name?: string;
  sections?: {
    title?: string;
    rows: { id: string; title: string; description?: string }[];
  }[];
  link?: { title: string; url: string };
}

export interface Content {
  kind: ContentKind;
  text?: string;
  attachments?: Attachment[];
  location?: Location;
  contacts?: SharedContact[];
  reply?: { type?: string; id?: string; title?: string; description?: string; payload?: string };
  form?: { name?: string; fields?: { name: string; value: string }[] };
  order?: {
    catalog_id?: string;
    items?: { product_id: string; quantity: number; price?: number; currency?: string }[];
  };
  template?: TemplateSend;
  interactive?: Interactive;
  product?: { catalog_id?: string; product_id?: string };
  forwarded?: boolean;
  album?: string;
  note?: string;
}

export interface Message {
  item: 'message';
  id: Id;
  at: Time;
  contact_id: Id;
  conversation_id: Id | null;
  channel_id: Id | null;
  direction: Direction;
  source: Source;
  user_id: Id | null;
  sender_name: string;
  content: Content;
  status: MessageStatus;
  status_times: { sent?: Time; delivered?: Time; read?: Time; failed?: Time };
  error: { code?: string; title?: string; detail?: string } | null;
  reply_to: {
    id: Id | null;
    text: string;
    kind: ContentKind;
    sender_name: string;
    direction: Direction;
  } | null;
  reactions: { emoji: string; by: 'contact' | 'us' }[];
  edited_at: Time | null;
  deleted_at: Time | null;
  sent_at: Time | null;
  client_ref: string;
}

export type EventKind =
  | 'conversation_opened'
  | 'conversation_closed'
  | 'assigned'
  | 'unassigned'
  | 'channel_added'
  | 'channel_event'
  | 'page_change'
  | 'contact_blocked'
  | 'contact_unblocked'
  | 'welcome'
  | 'identity_changed'
  | 'contact_created';

export interface Referral {
  ref?: string;
  source?: string;
  id?: string;
  url?: string;
  headline?: string;
  body?: string;
}

export interface TimelineEvent {
  item: 'event';
  id: Id;
  at: Time;
  contact_id: Id;
  conversation_id: Id | null;
  kind: EventKind;
  actor: { source: Source; user_id: Id | null; name: string };
  data: {
    assignee_id?: Id;
    assignee_name?: string;
    channel_id?: Id;
    channel_name?: string;
    referral?: Referral;
    url?: string;
    title?: string;
    text?: string;
    old?: string;
    new?: string;
  };
}

export type TimelineItem = Message | TimelineEvent;

export interface TimelinePage {
  items: TimelineItem[];
  has_before: boolean;
  has_after: boolean;
}

export interface StoredFile {
  id: Id;
  name: string;
  mime: string;
  size: number;
  kind: 'image' | 'video' | 'audio' | 'voice' | 'file';
  width: number;
  height: number;
  duration: number;
  url: string;
}

export interface TemplateVariable {
  part: 'header' | 'body' | 'button';
  index?: number;
  name: string;
  example?: string;
}

export interface Template {
  external_id?: string;
  name: string;
  language: string;
  status: string;
  category?: string;
  format?: string;
  header?: { format: string; text?: string };
  body: string;
  footer?: string;
  buttons?: { type: string; text: string; url?: string; phone?: string }[];
  variables?: TemplateVariable[];
  unsupported?: string;
}

export interface OutgoingMessage {
  channel_id?: Id;
  comment?: boolean;
  text?: string;
  attachments?: { file_id: Id; voice?: boolean }[];
  template?: TemplateSend;
  reply_to?: Id;
}

export interface InboundRecord {
  id: Id;
  received_at: Time;
  state: 'unreadable' | 'dead';
  error: string;
  preview: string;
}

export interface DeadJob {
  id: Id;
  kind: string;
  lane: string;
  error: string;
  attempts: number;
  died_at: Time;
}

export interface ChannelCheck {
  ok: boolean;
  account: { name: string; handle: string } | null;
  error: { code: string; title: string; detail: string } | null;
}

export type SequencedPush =
  | { seq: string; type: 'message'; contact_id: Id; message: Message; contact: ContactRow }
  | { seq: string; type: 'message_updated'; contact_id: Id; message: Message; contact?: ContactRow }
  | { seq: string; type: 'event'; contact_id: Id; event: TimelineEvent; contact: ContactRow }
  | { seq: string; type: 'contact'; contact_id: Id; contact: ContactRow }
  | { seq: string; type: 'channel'; channel_id: Id }
  | { seq: string; type: 'skip' };

export type EphemeralPush =
  | { type: 'counts'; inboxes?: Inbox[] }
  | { type: 'typing'; contact_id: Id; who: 'contact' | 'user'; user_id?: Id; on: boolean }
  | { type: 'presence'; online?: Id[] };

export type Push = SequencedPush | EphemeralPush;
