import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { ApiError, get } from './api/http';
import { meQuery, prefetchContact, queryClient } from './api/queries';
import type { Sort, StatusFilter } from './api/types';
import { adoptMe } from './auth/session';
import { authTexts } from './auth/texts';
import { PageError, PageMissing, PagePending } from './frame/page-states';
import { isInbox } from './inbox/inbox-id';
import { part } from './parts';
import { settingsTexts } from './settings/texts';
import { consoleTexts } from './timeline/console-texts';
import { eventTexts } from './timeline/event-texts';
import { lastInbox } from './ui/prefs';

/** A page whose code loads with its first visit. */
const page = <T extends Record<string, unknown>>(load: () => Promise<T>) =>
  lazyRouteComponent(() => part(load));

const root = createRootRoute({ notFoundComponent: PageMissing, errorComponent: PageError });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (s: Record<string, unknown>): { next?: string; problem?: string } => ({
    ...(typeof s.next === 'string' && { next: s.next }),
    // What the single sign-on came back with.
    ...(typeof s.problem === 'string' && { problem: s.problem }),
  }),
  beforeLoad: () => authTexts.load(),
  component: page(() => import('./auth/login-page')),
});

const forgot = createRoute({
  getParentRoute: () => root,
  path: '/forgot',
  beforeLoad: () => authTexts.load(),
  component: page(() => import('./auth/forgot-page')),
});

const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset/$token',
  beforeLoad: () => authTexts.load(),
  component: page(() => import('./auth/reset-page')),
});

const invite = createRoute({
  getParentRoute: () => root,
  path: '/invite/$token',
  beforeLoad: () => authTexts.load(),
  component: page(() => import('./auth/invite-page')),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  beforeLoad: async () => {
    const [{ needed }] = await Promise.all([get('/setup'), authTexts.load()]);
    if (!needed) throw redirect({ to: '/login', search: {} });
  },
  component: page(() => import('./auth/setup-page')),
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: async ({ location }) => {
    if (queryClient.getQueryData(meQuery.queryKey)) return;
    try {
      await adoptMe(await queryClient.fetchQuery(meQuery));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      const { needed } = await get('/setup');
      if (needed) throw redirect({ to: '/setup' });
      const next = location.href === '/' ? {} : { next: location.href };
      throw redirect({ to: '/login', search: next });
    }
  },
  component: page(() => import('./frame/app-frame')),
});

const home = createRoute({
  getParentRoute: () => app,
  path: '/',
  beforeLoad: () => {
    const inbox = lastInbox(queryClient.getQueryData(meQuery.queryKey)!.user);
    throw redirect({ to: '/inbox/$inbox', params: { inbox }, search: {}, replace: true });
  },
});

export interface InboxSearch {
  status?: StatusFilter;
  sort?: Sort;
  unreplied?: true;
  q?: string;
  /** What is searched, where it isn't contacts. */
  in?: 'messages' | 'comments';
  /** Only what was said with the open contact. */
  here?: true;
}

const oneOf = <T extends string>(values: readonly T[], v: unknown): T | undefined =>
  values.find((x) => x === v);

const inbox = createRoute({
  getParentRoute: () => app,
  path: '/inbox/$inbox',
  validateSearch: (s: Record<string, unknown>): InboxSearch => {
    const status = oneOf(['open', 'closed', 'snoozed', 'all'] as const, s.status);
    const sort = oneOf(['newest', 'oldest', 'longest', 'shortest'] as const, s.sort);
    // A number in the address (a phone) is parsed as one.
    const q = s.q === undefined ? '' : String(s.q);
    const where = oneOf(['messages', 'comments'] as const, s.in);
    // Defaults stay out of the address.
    return {
      ...(status && { status }),
      ...(sort && sort !== 'newest' && { sort }),
      ...(s.unreplied === true && { unreplied: true as const }),
      ...(q && { q }),
      ...(q && where && { in: where }),
      ...(q && where && s.here === true && { here: true as const }),
    };
  },
  beforeLoad: ({ params }) => {
    if (!isInbox(params.inbox))
      throw redirect({ to: '/inbox/$inbox', params: { inbox: 'all' }, search: {} });
  },
  component: page(() => import('./inbox/inbox-page')),
});

const inboxHome = createRoute({
  getParentRoute: () => inbox,
  path: '/',
  component: page(() => import('./inbox/no-contact')),
});

const contact = createRoute({
  getParentRoute: () => inbox,
  path: '$contactId',
  validateSearch: (s: Record<string, unknown>): { m?: string } =>
    s.m === undefined ? {} : { m: String(s.m) },
  loaderDeps: ({ search }) => ({ m: search.m }),
  // All at once, and while the pointer rests on a row: the console asks for them one by one.
  loader: ({ params, deps }) => prefetchContact(params.contactId, deps.m),
  component: page(async () => {
    const [module] = await Promise.all([
      import('./timeline/console'),
      eventTexts.load(),
      consoleTexts.load(),
    ]);
    return module;
  }),
});

const dashboard = createRoute({
  getParentRoute: () => app,
  path: '/dashboard',
  component: page(async () => {
    const [screen, { dashboardTexts }] = await Promise.all([
      import('./dashboard/dashboard-page'),
      import('./dashboard/texts'),
    ]);
    await dashboardTexts.load();
    return screen;
  }),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  beforeLoad: () => settingsTexts.load(),
  component: page(() => import('./settings/settings-layout')),
});

const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  component: page(() => import('./settings/settings-home')),
});
const profile = createRoute({
  getParentRoute: () => settings,
  path: 'profile',
  component: page(() => import('./settings/profile-page')),
});
const channels = createRoute({
  getParentRoute: () => settings,
  path: 'channels',
  component: page(() => import('./settings/channels-page')),
});
const newChannel = createRoute({
  getParentRoute: () => settings,
  path: 'channels/new/$type',
  component: page(() => import('./settings/new-channel-page')),
});
const channel = createRoute({
  getParentRoute: () => settings,
  path: 'channels/$id',
  component: page(() => import('./settings/channel-page')),
});
const users = createRoute({
  getParentRoute: () => settings,
  path: 'users',
  component: page(() => import('./settings/users-page')),
});
const teams = createRoute({
  getParentRoute: () => settings,
  path: 'teams',
  component: page(() => import('./settings/teams-page')),
});
const snippets = createRoute({
  getParentRoute: () => settings,
  path: 'snippets',
  component: page(async () => {
    const [screen, { composerTexts }] = await Promise.all([
      import('./settings/snippets-page'),
      import('./composer/texts'),
    ]);
    await composerTexts.load();
    return screen;
  }),
});
/** A page of the settings of contacts and conversations, with its words. */
const crmPage = <T extends Record<string, unknown>>(load: () => Promise<T>) =>
  page(async () => {
    const [screen, { crmTexts }] = await Promise.all([load(), import('./settings/crm-texts')]);
    await crmTexts.load();
    return screen;
  });
const fields = createRoute({
  getParentRoute: () => settings,
  path: 'fields',
  component: crmPage(() => import('./settings/fields-page')),
});
const tags = createRoute({
  getParentRoute: () => settings,
  path: 'tags',
  component: crmPage(() => import('./settings/tags-page')),
});
const closing = createRoute({
  getParentRoute: () => settings,
  path: 'closing',
  component: crmPage(() => import('./settings/closing-page')),
});
const tokens = createRoute({
  getParentRoute: () => settings,
  path: 'tokens',
  component: page(() => import('./settings/tokens-page')),
});
const workspace = createRoute({
  getParentRoute: () => settings,
  path: 'workspace',
  component: page(() => import('./settings/workspace-page')),
});
const jobs = createRoute({
  getParentRoute: () => settings,
  path: 'jobs',
  component: page(() => import('./settings/dead-jobs-page')),
});

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    forgot,
    reset,
    invite,
    setup,
    app.addChildren([
      home,
      dashboard,
      inbox.addChildren([inboxHome, contact]),
      settings.addChildren([
        settingsHome,
        profile,
        users,
        teams,
        channels,
        newChannel,
        channel,
        fields,
        tags,
        closing,
        snippets,
        tokens,
        workspace,
        jobs,
      ]),
    ]),
  ]),
  defaultPendingComponent: PagePending,
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  defaultErrorComponent: PageError,
  // What was loaded is in the query cache, which has bounds of its own.
  defaultGcTime: 0,
  defaultPreloadGcTime: 10_000,
  // Plain strings in the address: ids must stay strings, and links stay readable.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const params = new URLSearchParams(
      Object.entries(search).flatMap(([k, v]) => (v === undefined ? [] : [[k, String(v)]])),
    ).toString();
    return params && `?${params}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
