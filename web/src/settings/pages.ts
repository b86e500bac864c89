import type { Permission } from '../api/types';
import type { Texts } from '../i18n/en';
import type { IconName } from '../ui/icon';

export interface SettingsPage {
  to:
    | '/settings/profile'
    | '/settings/workspace'
    | '/settings/users'
    | '/settings/teams'
    | '/settings/channels'
    | '/settings/fields'
    | '/settings/tags'
    | '/settings/closing'
    | '/settings/snippets'
    | '/settings/tokens'
    | '/settings/jobs';
  icon: IconName;
  label: (t: Texts) => string;
  needs?: Permission;
}

const pages: SettingsPage[] = [
  { to: '/settings/profile', icon: 'user', label: (t) => t.settingsPages.profile },
  {
    to: '/settings/workspace',
    icon: 'archive',
    label: (t) => t.settingsPages.workspace,
    needs: 'workspace.manage',
  },
  {
    to: '/settings/users',
    icon: 'userPlus',
    label: (t) => t.settingsPages.users,
    needs: 'users.manage',
  },
  {
    to: '/settings/teams',
    icon: 'users',
    label: (t) => t.settingsPages.teams,
    needs: 'teams.manage',
  },
  {
    to: '/settings/channels',
    icon: 'messages',
    label: (t) => t.settingsPages.channels,
    needs: 'channels.manage',
  },
  {
    to: '/settings/fields',
    icon: 'list',
    label: (t) => t.settingsPages.fields,
    needs: 'fields.manage',
  },
  {
    to: '/settings/tags',
    icon: 'tag',
    label: (t) => t.settingsPages.tags,
    needs: 'fields.manage',
  },
  {
    to: '/settings/closing',
    icon: 'check',
    label: (t) => t.settingsPages.closing,
    needs: 'workspace.manage',
  },
  { to: '/settings/snippets', icon: 'bolt', label: (t) => t.settingsPages.snippets },
  { to: '/settings/tokens', icon: 'key', label: (t) => t.settingsPages.tokens },
  {
    to: '/settings/jobs',
    icon: 'retry',
    label: (t) => t.settingsPages.jobs,
    needs: 'channels.advanced',
  },
];

/** The pages this person may open. */
export const settingsPages = (permissions: Permission[]) =>
  pages.filter((p) => !p.needs || permissions.includes(p.needs));
