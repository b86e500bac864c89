import { Navigate } from '@tanstack/react-router';
import { usePhone } from '../ui/use-media';

/** On a phone the list itself is the page; elsewhere the first page is shown beside it. */
export default function SettingsHome() {
  const phone = usePhone();
  if (phone) return null;
  return <Navigate to="/settings/profile" replace />;
}
