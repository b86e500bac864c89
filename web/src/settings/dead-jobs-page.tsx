import { get, post } from '../api/http';
import { fullTime, momentOf } from '../format/time';
import { t } from '../i18n';
import { EmptyState, ErrorState } from '../ui/states';
import { toast, toastError } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { PageSkeleton, Rows, SettingsPage } from './settings-page';
import { settingsTexts } from './texts';
import { usePages } from './use-pages';

export default function DeadJobsPage() {
  const s = settingsTexts.text;
  const jobs = usePages(['dead-jobs'], (cursor, signal) =>
    get('/jobs/dead', { query: { cursor }, signal }),
  );
  const replay = (id: string) =>
    post('/jobs/dead/{id}/replay', { params: { id } }).then(() => {
      toast(s.replayed);
      void jobs.refetch();
    }, toastError);
  return (
    <SettingsPage title={t.settingsPages.jobs} help={s.jobsHelp} needs="channels.advanced">
      {jobs.isPending && <PageSkeleton />}
      {jobs.isError && <ErrorState error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.data && jobs.items.length === 0 && <EmptyState icon="check" title={s.noJobs} />}
      {jobs.items.length > 0 && (
        <div className="mt-6">
          <Rows>
            {jobs.items.map((job) => (
              <li key={job.id} className="flex items-start gap-3 px-4 py-3">
                <div className="min-w-0 flex-1">
                  <p className="truncate font-medium">{s.jobLane(job.kind, job.lane)}</p>
                  <p className="text-13 [overflow-wrap:anywhere] text-red">{job.error}</p>
                  <p className="text-12 text-muted">
                    {s.attempts(job.attempts)} ·{' '}
                    <time dateTime={job.died_at} {...tip(fullTime(job.died_at))}>
                      {momentOf(job.died_at)}
                    </time>
                  </p>
                </div>
                <button
                  type="button"
                  className="btn"
                  aria-label={`${s.replay}: ${job.kind}`}
                  onClick={() => void replay(job.id)}
                >
                  {s.replay}
                </button>
              </li>
            ))}
          </Rows>
          {jobs.hasNextPage && (
            <button type="button" className="btn mt-3" onClick={() => void jobs.fetchNextPage()}>
              {s.loadMore}
            </button>
          )}
        </div>
      )}
    </SettingsPage>
  );
}
