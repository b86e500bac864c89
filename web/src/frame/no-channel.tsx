import { Link } from '@tanstack/react-router';
import { useMay } from '../api/queries';
import { t } from '../i18n';
import { EmptyState } from '../ui/states';

/** What an installation shows before anybody can write to it. */
export function NoChannel() {
  const mayConnect = useMay('channels.manage');
  return (
    <EmptyState icon="inbox" title={t.emptyAll} help={t.emptyAllHelp}>
      {mayConnect && (
        <Link to="/settings/channels" className="btn btn-primary">
          {t.connectChannel}
        </Link>
      )}
    </EmptyState>
  );
}
