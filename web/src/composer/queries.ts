import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get } from '../api/http';

/** The variables there are, with the contact's values where there is one. */
export const variablesQuery = (contactId: string) =>
  queryOptions({
    queryKey: ['variables', contactId] as const,
    queryFn: async ({ signal }) =>
      (await get('/variables', { query: { contact_id: contactId || undefined }, signal })).items,
    staleTime: 30_000,
  });

export const snippetsQuery = (search: string) =>
  queryOptions({
    queryKey: ['snippets', search] as const,
    queryFn: async ({ signal }) =>
      (await get('/snippets', { query: { search: search || undefined, limit: 20 }, signal })).items,
    placeholderData: keepPreviousData,
  });
