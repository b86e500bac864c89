import type { components, operations } from './schema';

// Names for what the server describes (openapi.json), and the few types that the
// description can't have.

type Schemas = components['schemas'];

export type Me = Schemas['Me'];
export type User = Schemas['User'];
export type Workspace = Schemas['Workspace'];
export type Session = Schemas['SessionItem'];
export type Token = Schemas['TokenItem'];
export type NewToken = Schemas['NewToken'];
export type Activity = User['activity'];
export type Team = Schemas['Team'];
export type UserStatus = Schemas['Status'];
export type Invitation = Schemas['InvitationItem'];
export type SentInvitation = Schemas['SentInvitation'];
export type Welcome = Schemas['Welcome'];
export type TwoFactor = Schemas['TwoFactor'];
export type TwoFactorSecret = Schemas['TwoFactorSecret'];
export type Language = Workspace['language'];
export type Theme = Me['user']['theme'];
export type Permission = Schemas['Permission'];

export type Channel = Schemas['Channel'];
export type ChannelType = Schemas['ChannelType'];
export type ChannelField = Schemas['ChannelField'];
export type ChannelCheck = Schemas['CheckResult'];
export type Capabilities = Schemas['Capabilities'];
export type Template = Schemas['Template'];
export type TemplateVariable = Schemas['TemplateVariable'];
export type TemplateSend = Schemas['TemplateSend'];
export type TemplateComponent = Schemas['TemplateComponent'];

export type Inbox = Schemas['Inbox'];
/** all, mine, unassigned, blocked, or team- and a team's id. */
export type InboxId = Inbox['id'];
export type ContactRow = Schemas['ContactRow'];
export type Bulk = Schemas['Bulk'];
export type BulkTarget = Schemas['BulkTarget'];
export type PastConversation = Schemas['PastConversation'];
export type BulkAction = Schemas['BulkAction'];
export type BulkFailure = Schemas['BulkFailure'];
export type Closing = Schemas['Closing'];
export type CustomField = Schemas['Field'];
export type Tag = Schemas['Tag'];
export type CustomCount = Schemas['CustomCount'];
export type CustomInbox = Schemas['CustomInbox'];
export type FilterNode = Schemas['Node'];
export type FilterField = Schemas['FilterField'];
export type FilterOperator = Schemas['FilterOperator'];
export type ContactStatus = ContactRow['status'];
export type Contact = Schemas['Contact'];
export type ContactInput = Schemas['ContactInput'];
export type Identity = Schemas['Identity'];

export type Notice = Schemas['Notification'];
export type NoticeAlert = Schemas['Alert'];
export type NoticeKind = Schemas['NotificationKind'];
export type NotifyPreferences = Schemas['NotifyPreferences'];
export type NotifyState = Schemas['NotifyState'];

export type Message = Schemas['Message'];
export type MessageHit = Schemas['MessageHit'];
export type Scheduled = Schemas['Scheduled'];
export type Snippet = Schemas['Snippet'];
export type Variable = Schemas['Variable'];
export type Unresolved = Schemas['UnresolvedToken'];
export type MessageStatus = Schemas['MessageStatus'];
export type OutgoingMessage = Schemas['MessageInput'];
export type Source = Schemas['Source'];
export type Content = Schemas['Content'];
export type ContentKind = Schemas['ContentKind'];
export type Attachment = Schemas['Attachment'];
export type StoredFile = Schemas['File'];
export type TimelineEvent = Schemas['Event'];
export type TimelinePage = Schemas['TimelinePage'];
export type TimelineItem = TimelinePage['items'][number];
export type Referral = Schemas['Referral'];

type ListQuery = NonNullable<operations['list-inbox']['parameters']['query']>;
export type StatusFilter = NonNullable<ListQuery['status']>;
export type Sort = NonNullable<ListQuery['sort']>;

/** A part of a long list. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

// The description has one flat type for every push. Which fields come with which
// type of push is said here.
type Pushed<T extends Schemas['Push']['type'], Fields extends keyof Schemas['Push'] = never> = {
  type: T;
} & Required<Pick<Schemas['Push'], Fields>>;

/** Stands for an event of the log: none may be missed. */
export type SequencedPush =
  | Pushed<'message', 'seq' | 'contact_id' | 'message' | 'contact'>
  | (Pushed<'message_updated', 'seq' | 'contact_id' | 'message'> & { contact?: ContactRow })
  | Pushed<'event', 'seq' | 'contact_id' | 'event' | 'contact'>
  | Pushed<'contact', 'seq' | 'contact_id' | 'contact'>
  | Pushed<'hidden', 'seq' | 'contact_id'>
  | Pushed<'channel', 'seq' | 'channel_id'>
  | Pushed<'members', 'seq'>
  | Pushed<'fields', 'seq'>
  | Pushed<'inboxes', 'seq'>
  | Pushed<'snippets', 'seq'>
  | Pushed<'scheduled', 'seq' | 'contact_id'>
  | Pushed<'bulk', 'seq' | 'user_id'>
  | (Pushed<'skip', 'seq'> & { from?: string });

/** Of the moment. */
export type EphemeralPush =
  | (Pushed<'counts'> & { inboxes?: Inbox[] })
  | (Pushed<'typing', 'contact_id' | 'who' | 'on'> & { user_id?: string })
  | (Pushed<'presence'> & { statuses?: UserStatus[] })
  | NoticePush;

/** How many new notifications there are, and which came just now. */
export type NoticePush = Pushed<'notifications', 'unread'> & { notifications?: NoticeAlert[] };

export type Push = SequencedPush | EphemeralPush;
