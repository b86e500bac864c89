import { useNavigate } from '@tanstack/react-router';
import { patch, put, remove } from '../api/http';
import { useMe } from '../api/queries';
import type { Me, Theme } from '../api/types';
import { adoptMe } from '../auth/session';
import { t } from '../i18n';
import { useConnection } from '../realtime/connection';
import { chooseStatus, useActivity } from '../realtime/presence';
import { Avatar } from '../ui/avatar';
import { MenuButton, type MenuEntry } from '../ui/menu';
import { toastError } from '../ui/toast';
import { tip } from '../ui/tooltip';

export function ProfileMenu({ phone = false }: { phone?: boolean }) {
  const me = useMe();
  const navigate = useNavigate();
  const connected = useConnection() === 'connected';
  const mine = useActivity()(me.user);
  const change = (values: Partial<Me['user']>) => {
    // Shown at once; the answer confirms it.
    void adoptMe({ ...me, user: { ...me.user, ...values } });
    patch('/me', { body: values }).then(adoptMe, toastError);
  };
  const themes: [Theme, string][] = [
    ['system', t.themeSystem],
    ['light', t.themeLight],
    ['dark', t.themeDark],
  ];
  const entries = (): MenuEntry[] => [
    { kind: 'title', key: 'name', label: me.user.name },
    {
      key: 'profile',
      label: t.profile,
      icon: 'user',
      onSelect: () => void navigate({ to: '/settings/profile' }),
    },
    { kind: 'separator', key: 's0' },
    { kind: 'title', key: 'activity', label: t.activityStatus },
    ...(['online', 'busy'] as const).map(
      (status): MenuEntry => ({
        key: status,
        label: t.activity[status],
        checked: mine === status,
        onSelect: () => {
          chooseStatus(me.user.id, status);
          put('/me/activity', { body: { status } }).catch(toastError);
        },
      }),
    ),
    { kind: 'separator', key: 's1' },
    { kind: 'title', key: 'theme', label: t.theme },
    ...themes.map(
      ([theme, label]): MenuEntry => ({
        key: theme,
        label,
        icon: theme === 'system' ? 'monitor' : theme === 'light' ? 'sun' : 'moon',
        checked: me.user.theme === theme,
        onSelect: () => change({ theme }),
      }),
    ),
    { kind: 'title', key: 'language', label: t.language },
    ...(['es', 'en'] as const).map(
      (code): MenuEntry => ({
        key: code,
        label: code === 'es' ? 'Español' : 'English',
        checked: me.user.language === code,
        onSelect: () => change({ language: code }),
      }),
    ),
    { kind: 'separator', key: 's2' },
    {
      key: 'out',
      label: t.signOut,
      icon: 'logout',
      // The page begins anew, with nothing of this person's; also where somebody goes back to it.
      onSelect: () =>
        void remove('/session').then(() => {
          window.addEventListener('pageshow', () => location.reload());
          location.replace('/login');
        }, toastError),
    },
  ];
  return (
    <MenuButton
      label={t.profileMenu(me.user.name)}
      entries={entries}
      side={phone ? 'top' : 'right'}
      align="end"
      className={`relative inline-flex items-center justify-center rounded-full ${phone ? 'size-11' : 'size-9'}`}
      attributes={tip(`${me.user.name} · ${connected ? t.activity[mine] : t.connectionLost}`)}
    >
      <Avatar who={me.user} size={30} />
      <span
        className={`absolute size-[11px] rounded-full border-2 border-sunken ${!connected ? 'bg-red' : mine === 'busy' ? 'bg-amber-ink' : mine === 'online' ? 'bg-green' : 'bg-line-strong'} ${phone ? 'right-1.5 bottom-1.5' : 'right-0.5 bottom-0.5'}`}
      />
    </MenuButton>
  );
}
