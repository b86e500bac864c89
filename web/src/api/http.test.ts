import { beforeEach, expect, test, vi } from 'vitest';
import { ApiError, get, patch, remove } from './http';

const fetched = vi.fn<typeof fetch>();
vi.stubGlobal('fetch', fetched);
vi.stubGlobal('document', { documentElement: { lang: 'en' } });

beforeEach(() => fetched.mockReset());

test('the path is filled, what is empty stays out of the query', async () => {
  fetched.mockResolvedValue(Response.json({ items: [], next_cursor: null }));
  await get('/contacts', { query: { search: 'a&b', cursor: '', limit: 6 } });
  expect(fetched.mock.calls[0]![0]).toBe('/api/v1/contacts?search=a%26b&limit=6');
  fetched.mockResolvedValue(Response.json({}));
  await patch('/contacts/{id}', { params: { id: '../1' }, body: { email: '' } });
  expect(fetched.mock.calls[1]).toMatchObject([
    '/api/v1/contacts/..%2F1',
    // fetch makes upper case of every method but this one.
    { method: 'PATCH', body: '{"email":""}' },
  ]);
});

test('an answer without a body, a refusal, no network', async () => {
  fetched.mockResolvedValueOnce(new Response(null, { status: 204 }));
  expect(await remove('/session')).toBeUndefined();
  fetched.mockResolvedValueOnce(Response.json({ code: 'not_found' }, { status: 404 }));
  const refused = await get('/contacts/{id}', { params: { id: '1' } }).catch((e) => e);
  expect(refused).toBeInstanceOf(ApiError);
  expect(refused).toMatchObject({ status: 404, code: 'not_found', transient: false });
  fetched.mockRejectedValueOnce(new TypeError());
  expect(await get('/setup').catch((e) => e)).toMatchObject({ status: 0, transient: true });
});

test('an answer that broke off, or that somebody else gave, is as good as none', async () => {
  const broken = new ReadableStream({
    start(c) {
      c.enqueue(new TextEncoder().encode('{"items":['));
    },
    pull: (c) => c.error(new TypeError('network error')),
  });
  for (const body of [broken, '<h1>Welcome to our hotel</h1>']) {
    fetched.mockResolvedValueOnce(new Response(body));
    const error = await get('/setup').catch((e) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 0, code: 'offline', transient: true });
  }
});
