import { expect } from '@playwright/test';
import { Inbox, test } from './app.ts';
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
