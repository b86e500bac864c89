package demo

// turn is one line of a script. Who is c (the contact), a (the agent) or n (an
// internal comment by the agent); wait is in minutes since the turn before.
type turn struct {
	who   byte
	text  string
	media string // image, voice, document, location, contact; "" for text
	wait  int
}

// script is a conversation that might have happened. {name} is the contact's first
// name, {product} one of the shop's products.
type script struct {
	lang   string
	turns  []turn
	closed bool
}

func scripts() []script {
	return []script{
		{"es", []turn{
			{'c', "Hola, vi el ramo {product} en Instagram. ¿Lo tienen disponible para mañana?", "", 0},
			{'c', "Este", "image", 1},
			{'a', "¡Hola, {name}! Sí, nos quedan tres. Cuesta 34,90 $ con entrega incluida dentro de la ciudad.", "", 4},
			{'n', "Apartar uno hasta las 18:00, por favor.", "", 1},
			{'c', "Me lo llevo 😍", "", 6},
			{'c', "¿Y me lo envían a la oficina?", "", 1},
		}, false},
		{"es", []turn{
			{'c', "Buenas tardes, quisiera saber el estado de mi pedido 10482", "", 0},
			{'a', "Buenas tardes, {name}. Su pedido salió hoy a las 9:15 y llega antes de las 13:00.", "", 7},
			{'c', "Perfecto, muchas gracias 🙌", "", 3},
		}, true},
		{"es", []turn{
			{'c', "Hola, necesito una cotización para 40 centros de mesa", "", 0},
			{'a', "Con gusto, {name}. ¿Para qué fecha y en qué ciudad sería el evento?", "", 12},
			{'c', "12 de diciembre, en Quito. Le mando la dirección", "", 25},
			{'c', "", "location", 1},
			{'a', "Gracias. Le comparto la cotización.", "document", 48},
			{'c', "Gracias, la reviso con mi jefa y le aviso", "", 15},
		}, false},
		{"es", []turn{
			{'c', "", "voice", 0},
			{'a', "Hola, {name}. Escuché su mensaje: le cambiamos las flores hoy mismo, sin costo.", "", 9},
			{'c', "Muy amables, de verdad", "", 2},
		}, true},
		{"es", []turn{
			{'c', "¿Abren los domingos?", "", 0},
			{'a', "Sí, {name}, de 9:00 a 14:00. ¡La esperamos!", "", 3},
		}, true},
		{"es", []turn{
			{'c', "Buenos días. El ramo llegó con dos rosas dañadas", "", 0},
			{'c', "Les mando foto", "image", 1},
			{'n', "Pedir disculpas y ofrecer reposición. Avisar a bodega.", "", 5},
			{'a', "Lamento mucho lo ocurrido, {name}. Hoy por la tarde le llevamos un ramo nuevo. ¿A qué hora le queda bien?", "", 3},
			{'c', "Después de las 16:00 está bien", "", 22},
		}, false},
		{"es", []turn{
			{'c', "¿Puedo pagar con transferencia?", "", 0},
			{'a', "Claro que sí. Le envío los datos de la cuenta.", "", 5},
			{'c', "Listo, le adjunto el comprobante", "document", 31},
			{'a', "Recibido, {name}. Su pedido queda confirmado para el jueves.", "", 6},
		}, true},
		{"es", []turn{
			{'c', "Hola!! precio de {product}?", "", 0},
		}, false},
		{"es", []turn{
			{'c', "Quiero suscribirme al plan mensual de flores para la recepción del hotel", "", 0},
			{'a', "¡Excelente, {name}! Tenemos entrega semanal o quincenal. ¿Cuál prefiere?", "", 14},
			{'c', "Semanal, los lunes temprano", "", 8},
			{'c', "Le paso el contacto de nuestra administradora", "contact", 1},
		}, false},
		{"es", []turn{
			{'c', "Necesito cambiar la fecha de entrega, ¿todavía se puede?", "", 0},
			{'a', "Sí, hasta el día anterior a las 17:00. ¿Para cuándo la movemos?", "", 6},
			{'c', "Para el sábado, por favor", "", 2},
			{'a', "Listo, quedó agendado para el sábado entre 10:00 y 12:00.", "", 2},
		}, false},
		{"en", []turn{
			{'c', "Hi! Do you deliver to the airport hotel?", "", 0},
			{'a', "Hello {name}! Yes, within two hours between 8:00 and 20:00. Which flowers would you like?", "", 6},
			{'c', "Something like this one", "image", 4},
			{'c', "For tonight if possible", "", 1},
		}, false},
		{"en", []turn{
			{'c', "Is {product} still available?", "", 0},
			{'a', "It is! 42 dollars with delivery. Shall I reserve it for you, {name}?", "", 5},
			{'c', "Yes please, I'll pick it up at 5", "", 9},
			{'a', "Reserved. See you at five!", "", 1},
			{'c', "Thank you so much 🌷", "", 2},
		}, true},
		{"en", []turn{
			{'c', "My order arrived late and the card was missing :(", "", 0},
			{'a', "I'm so sorry, {name}. I've refunded the delivery and the card is on its way right now.", "", 11},
			{'c', "That was quick, thanks", "", 18},
		}, true},
		{"en", []turn{
			{'c', "We're planning a wedding for 120 guests in March. Who can I talk to?", "", 0},
			{'n', "Big one. Sofía takes it?", "", 3},
			{'a', "Congratulations, {name}! I'd love to help. Are you free for a call tomorrow morning?", "", 5},
			{'c', "10am works. Here's the venue", "location", 37},
		}, false},
	}
}

func products() []string {
	return []string{"Amanecer", "Girasoles del Valle", "Rosas de Cayambe", "Orquídea Blanca", "Primavera", "Tulipanes", "Lirio Real", "Campo Silvestre"}
}

func firstNames() []string {
	return []string{
		"Valentina", "Javier", "María José", "Diego", "Karla", "Mateo", "Camila", "Andrés", "Lucía", "Sebastián", "Daniela", "Emilio",
		"Paola", "Gabriel", "Isabel", "Tomás", "Renata", "Joaquín", "Fernanda", "Martín", "Gabriela", "Nicolás", "Carolina", "Esteban",
		"Emma", "Liam", "Olivia", "Noah", "Hannah", "Ethan", "Grace", "Oliver", "Chloe", "Jack",
	}
}

func lastNames() []string {
	return []string{
		"Cárdenas", "Ortega", "Rivadeneira", "Benítez", "Andrade", "Paredes", "Salazar", "Gómez", "Mendoza", "Vásquez", "Cevallos", "Torres",
		"Zambrano", "Guerrero", "Navarrete", "Ponce", "Espinosa", "Villacís", "Morales", "Ruiz", "Hernández", "Castillo", "Aguirre", "Delgado",
		"Nelson", "Weiss", "Baker", "Collins", "Murphy", "Hughes", "Fraser", "Reed",
	}
}
