import { speakFor } from '../api/http';
import { meQuery, queryClient } from '../api/queries';
import type { Me, Theme } from '../api/types';
import { setZone } from '../format/time';
import { language, loadLanguage, t } from '../i18n';
import { disconnect } from '../realtime/connection';
import { toast } from '../ui/toast';

/** Takes over what the signed-in user prefers. */
export async function adoptMe(me: Me) {
  queryClient.setQueryData(meQuery.queryKey, me);
  speakFor(me.user.id);
  setZone(me.workspace.timezone || me.user.timezone, me.user.timezone);
  applyTheme(me.user.theme);
  if (me.user.language !== language.get()) await loadLanguage(me.user.language);
  if (!sessionStorage.getItem(otherKey)) return;
  sessionStorage.removeItem(otherKey);
  toast(t.otherUser(me.user.name));
}

const otherKey = 'bandeja.other';

/** Begins the page anew for whoever has signed in in another tab meanwhile. */
export function beginForOther() {
  sessionStorage.setItem(otherKey, '1');
  location.reload();
}

/** Forgets everything of the person who was signed in. */
export function forgetSession() {
  disconnect();
  queryClient.clear();
  speakFor('');
}

export function applyTheme(theme: Theme) {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem('bandeja.theme');
    else localStorage.setItem('bandeja.theme', theme);
  } catch {
    // The choice is in the profile; only the first paint may flash.
  }
}
