import { t } from '../i18n';
import { EmptyState } from '../ui/states';

/** The console's place while nobody is chosen. */
export default function NoContact() {
  return (
    <main className="flex min-w-0 flex-1 bg-bg">
      <h1 className="sr-only">{t.messages}</h1>
      <EmptyState icon="messages" title={t.pickContact} help={t.pickContactHelp} />
    </main>
  );
}
