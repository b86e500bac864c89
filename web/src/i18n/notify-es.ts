import type { NotifyTexts } from './notify-en';
import { pluralFor } from './plural';

const n = pluralFor('es');

const es: NotifyTexts = {
  notifications: 'Notificaciones',
  unreadCount: (count) => `Notificaciones, ${count} nuevas`,
  tabs: { new: 'Nuevas', archived: 'Archivadas', all: 'Todas' },
  archiveAll: 'Archivar todas',
  archive: 'Archivar',
  unarchive: 'Sacar del archivo',
  archivedAll: 'Todas las notificaciones archivadas',
  openSettings: 'Configurar notificaciones',
  more: 'Mostrar más',
  loadFailed: 'No se pudieron cargar las notificaciones',
  empty: {
    new: ['Nada nuevo', 'Aquí aparece lo que le concierne: menciones, asignaciones, mensajes.'],
    archived: ['Nada archivado', 'Lo que archive queda aquí 90 días.'],
    all: ['Aún no hay notificaciones', 'Aquí aparecen menciones, asignaciones y mensajes nuevos.'],
  },
  what: {
    assigned_to_me: (who) => (who ? `${who} se lo asignó` : 'Asignado a usted'),
    mention: (who) => `${who} le mencionó`,
    message_mine: (_, count) => n(count, 'Mensaje nuevo', '# mensajes nuevos'),
    message_team: (_, count) =>
      n(count, 'Mensaje nuevo en su equipo', '# mensajes nuevos en su equipo'),
    message_unassigned: (_, count) =>
      n(count, 'Mensaje nuevo, sin asignar', '# mensajes nuevos, sin asignar'),
    snooze_due: () => 'Ya no está pospuesto',
    send_failed: (who) => (who ? `Un mensaje de ${who} no se envió` : 'Su mensaje no se envió'),
  },
  keysHint: 'Flechas: mover. Intro: abrir. E: archivar',
  help: 'Qué le llega y cómo.',
  kind: 'Qué',
  ways: { app: 'Centro', push: 'Escritorio', mail: 'Correo' },
  waysHelp: {
    app: 'en el centro de notificaciones',
    push: 'en el escritorio o el teléfono',
    mail: 'por correo, cuando no está',
  },
  kinds: {
    assigned_to_me: 'Me asignan un contacto',
    mention: 'Alguien me menciona',
    message_mine: 'Escriben mis contactos',
    message_team: 'Escriben los contactos de mi equipo',
    message_unassigned: 'Escriben contactos sin asignar',
    snooze_due: 'Termina un pospuesto',
    send_failed: 'Falla un mensaje mío',
  },
  noMail: 'Este servidor no envía correo, así que nada llega por correo.',
  mailAfter: 'Correo cuando llevo ausente',
  minutes: (count) => n(count, '# minuto', '# minutos'),
  sound: 'Reproducir un sonido',
  soundHelp: 'Mientras Bandeja está abierta, en una sola pestaña.',
  showContent: 'Mostrar lo escrito',
  showContentHelp:
    'En el escritorio, en teléfonos bloqueados y en correos. Sin esto solo se ve el nombre.',
  quiet: 'Horas de silencio',
  quietHelp: (zone) =>
    `Sin sonido, sin avisos en el escritorio y sin correo. El centro se sigue llenando. Horas de ${zone}.`,
  from: 'Desde',
  to: 'Hasta',
  onDays: 'Comienzan el',
  device: 'Este dispositivo',
  deviceHelp: {
    default:
      'Permita que su navegador muestre notificaciones, también con Bandeja en segundo plano.',
    denied:
      'Su navegador bloquea las notificaciones de este sitio. Permítalas en la configuración del sitio.',
    granted: 'Las notificaciones están activadas.',
    open: 'Las notificaciones están activadas mientras Bandeja está abierta.',
    unsupported:
      'Este navegador no puede mostrar notificaciones aquí. Necesitan una dirección https.',
  },
  allow: 'Permitir notificaciones',
  turnOff: 'Desactivar',
  turnedOff: 'Notificaciones desactivadas en este dispositivo',
  test: 'Enviar una prueba',
  testTitle: 'Funciona',
  testBody: 'Así le avisa Bandeja.',
  testSent: 'Prueba enviada',
  install: 'Instalar Bandeja',
  installHelp: 'Como una aplicación propia, en el escritorio o el teléfono.',
  installAction: 'Instalar',
  installIOS: 'En Safari, toque Compartir y luego «Añadir a pantalla de inicio».',
};

export default es;
