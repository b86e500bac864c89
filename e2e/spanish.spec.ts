import { expect } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { mateo } from './kinds.ts';
import { owner } from './server.ts';

test.use({ locale: 'es-EC' });

test('the main path in Spanish', async ({ page, server }) => {
  server.addOwner('es');
  await server.connect('telegram');
  await server.customer(mateo.account, mateo.person, { kind: 'text', text: '¿Hacen envíos?' });
  await page.goto(server.url);
  await expect(page).toHaveTitle(/Bandeja/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
  await page.getByLabel('Correo').fill(owner.email);
  await page.getByLabel('Contraseña', { exact: true }).fill(owner.password);
  await page.getByRole('button', { name: 'Ingresar' }).click();

  const sidebar = page.getByRole('navigation', { name: 'Bandejas de entrada' });
  for (const name of [/^Todos/, /^Míos/, /^Sin asignar/]) await expect(sidebar.getByRole('link', { name })).toBeVisible();
  const inbox = new Inbox(page, 'es');
  await expect(inbox.row(mateo.name)).toContainText('1 mensaje no leído');
  await inbox.open(mateo.name);
  await expect(inbox.message('¿Hacen envíos?')).toBeVisible();
  await expect(inbox.timeline.getByRole('heading', { name: 'Hoy' })).toBeVisible();

  await inbox.write('Sí, en todo Quito');
  await expect(inbox.message('Sí, en todo Quito').getByRole('button', { name: /, Enviado$/ })).toBeVisible();
  await expect(inbox.row(mateo.name)).toContainText('Usted: Sí, en todo Quito');
  await expect(page.getByRole('button', { name: 'Asignar: Laura M.' })).toBeVisible();
  await inbox.composer.getByRole('button', { name: 'Comentario' }).click();
  await inbox.composer.getByRole('textbox', { name: 'Solo su equipo ve este comentario' }).fill('Cliente nuevo');
  await inbox.composer.getByRole('button', { name: /^Comentar( |$)/ }).click();
  await expect(inbox.message('Cliente nuevo')).toContainText('Comentario');

  await page.getByRole('button', { name: 'Cerrar conversación' }).click();
  await expect(page.getByText('Sin conversaciones abiertas. ¡Bien hecho!')).toBeVisible();
  await page.getByRole('button', { name: /^Estado/ }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Cerrados' }).click();
  await expect(inbox.row(mateo.name)).toBeVisible();

  await page.getByRole('navigation', { name: 'Módulos' }).getByRole('link', { name: 'Configuraciones' }).click();
  for (const name of ['Perfil', 'Espacio de trabajo', 'Canales', 'Claves de API']) {
    await page.getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  }
});

test('a day’s work in Spanish: put off, picked, a bandeja of one’s own, the bell', async ({ page, browser, server }) => {
  server.addOwner('es');
  const beto = server.addUser('Beto Agente', 'agent', 'es');
  await server.connect('telegram');
  await signIn(page, server);
  for (const person of ['7001001', '7001002', '7001003']) await server.customer('telegram', person, { kind: 'text', text: 'hola' });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page, 'es');
  const [lucia, hannah] = [/Lucía Gómez/, /Hannah Weiss/];
  await inbox.open(lucia);
  await page.getByRole('button', { name: 'Posponer', exact: true }).click();
  await page.getByRole('button', { name: /^Mañana por la mañana/ }).click();
  await expect(inbox.timeline.getByText(/^Usted pospuso el contacto hasta/)).toBeVisible();
  await expect(inbox.row(lucia)).toHaveCount(0);

  await page.getByRole('button', { name: 'Seleccionar contactos' }).click();
  const picked = page.getByRole('toolbar', { name: 'Contactos seleccionados' });
  for (const name of ['Mateo Andrade', 'Hannah Weiss']) await page.getByRole('checkbox', { name: `Seleccionar a ${name}` }).check();
  await expect(picked.getByRole('status')).toHaveText('2 elegidos');
  await page.keyboard.press('t');
  await page.getByRole('combobox', { name: 'Busque una etiqueta o escriba una nueva' }).fill('Boda');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^Etiquetado hecho · 2 contactos/)).toBeVisible();

  const sidebar = page.getByRole('navigation', { name: 'Bandejas de entrada' });
  await sidebar.getByRole('button', { name: 'Nueva bandeja' }).click();
  const dialog = page.getByRole('dialog', { name: 'Nueva bandeja de entrada' });
  await dialog.getByLabel('Nombre', { exact: true }).fill('Bodas');
  await dialog.getByRole('button', { name: 'Agregar condición' }).click();
  await dialog.getByLabel('Agregar…').selectOption('Boda');
  await expect(dialog.getByRole('status')).toHaveText('Cumplen 2 conversaciones abiertas');
  await dialog.getByRole('button', { name: 'Guardar bandeja' }).click();
  await expect(sidebar.getByRole('link', { name: 'Bodas 2 conversaciones abiertas' })).toBeVisible();
  await expect(page.getByText(/^Última actualización/)).toBeVisible();

  await inbox.open(hannah);
  await page.keyboard.press('c');
  await page.keyboard.type('Mire esto, @be');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(inbox.message('Mire esto, @Beto Agente')).toContainText('Comentario');

  const second = await (await browser.newContext({ locale: 'es-EC' })).newPage();
  await second.request.post(`${server.url}/api/v1/session`, { data: beto });
  await second.goto(`${server.url}/inbox/all`);
  await second.getByRole('button', { name: /^Notificaciones/ }).click();
  await second.getByRole('button', { name: /Laura Medina le mencionó/ }).click();
  await expect(new Inbox(second, 'es').message('Mire esto, @Beto Agente')).toBeVisible();
});
