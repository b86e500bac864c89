import type { User } from '../api/types';
import { t } from '../i18n';
import { settingsTexts } from './texts';

/** What a person may do: the same of a user and of an invitation. */
export type Access = Pick<User, 'role' | 'visibility' | 'restrictions' | 'team_ids'>;

/** The restrictions that this screen knows; each takes a right from a manager. */
export const managerRestrictions = [
  'data_export',
  'contact_deletion',
  'workspace_settings',
  'integrations',
] as const;

export const newAccess: Access = {
  role: 'agent',
  visibility: 'all',
  restrictions: [],
  team_ids: [],
};

/** A new role starts with all that it gives: each has its own limits. */
export const withRole = (access: Access, role: Access['role']): Access => ({
  ...access,
  role,
  visibility: 'all',
  restrictions: [],
});

/** What is taken from the role, as a sentence; empty where nothing is. */
export function limitsInWords(access: Access): string {
  const u = settingsTexts.text.users;
  if (access.role === 'agent' && access.visibility !== 'all') return u.seesWords[access.visibility];
  const taken = managerRestrictions
    .filter((r) => access.restrictions.includes(r))
    .map((r) => u.restrictionWords[r]);
  if (taken.length === 0) return '';
  const list = new Intl.ListFormat(t.locale, { type: 'disjunction' }).format(taken);
  return u.restrictedWords(list);
}

/** Owners manage everybody, managers only agents. */
export const mayManage = (mine: Access['role'], theirs: Access['role']) =>
  mine === 'owner' || (mine === 'manager' && theirs === 'agent');
