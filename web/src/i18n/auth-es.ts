import type { AuthTexts } from './auth-en';

const es: AuthTexts = {
  signIn: 'Ingresar',
  signInTitle: 'Ingrese a Bandeja',
  signInHelp: 'Una sola bandeja para todos los canales.',
  email: 'Correo',
  password: 'Contraseña',
  showPassword: 'Mostrar la contraseña',
  hidePassword: 'Ocultar la contraseña',
  setupTitle: 'Le damos la bienvenida a Bandeja',
  setupHelp: 'Cree la primera cuenta propietaria. Todo lo demás se puede cambiar después.',
  workspaceName: 'Nombre de su organización',
  workspacePlaceholder: 'Tienda Quito',
  yourName: 'Su nombre',
  passwordHelp: 'Al menos 10 caracteres.',
  timezone: 'Zona horaria',
  timezoneHelp: 'Todos verán las horas en esta zona.',
  create: 'Crear y empezar',
  signingIn: 'Ingresando…',
  creating: 'Creando…',
};
export default es;
