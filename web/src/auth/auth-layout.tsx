import type { ReactNode } from 'react';
import type { Language } from '../api/types';
import { language, loadLanguage, t } from '../i18n';
import { Logo } from '../ui/logo';
import { ToastLayer } from '../ui/toast';

export function AuthLayout({
  title,
  help,
  children,
}: {
  title: string;
  help: string;
  children: ReactNode;
}) {
  return (
    <div className="flex h-full flex-col overflow-y-auto bg-bg">
      <main className="m-auto w-full max-w-[420px] px-4 py-10">
        <Logo size={40} />
        <h1 className="mt-5 text-20 font-semibold tracking-tight">{title}</h1>
        {help && <p className="mt-1 text-muted">{help}</p>}
        <div className="mt-6 rounded-14 border border-line bg-surface p-5 md:p-6">{children}</div>
      </main>
      <footer className="flex justify-center gap-1 pb-5 text-13">
        {(['es', 'en'] as Language[]).map((code) => (
          <button
            key={code}
            type="button"
            lang={code}
            aria-pressed={language.get() === code}
            className="h-7 rounded-6 px-2.5 text-muted hover:text-text aria-pressed:bg-surface aria-pressed:font-semibold aria-pressed:text-text"
            onClick={() => void loadLanguage(code)}
          >
            {code === 'es' ? 'Español' : 'English'}
          </button>
        ))}
        <span className="sr-only">{t.language}</span>
      </footer>
      <ToastLayer />
    </div>
  );
}
