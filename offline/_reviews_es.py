"""Spanish phrases of the product reviews; see ``offline.reviews`` for the grammar.

The kinds carry their gender (m or f), and ``{un}``, ``{este}``, ``barat{o}`` and
``conmovedor{a}`` agree with it.
"""

BOOK_KINDS = (
    "novela f",
    "novela negra f",
    "libro de memorias m",
    "relato fantástico m",
    "historia de amor f",
    "saga familiar f",
    "cuento de fantasmas m",
    "biografía f",
    "novela histórica f",
    "novela de espías f",
    "libro de viajes m",
    "cuento infantil m",
    "novela corta f",
    "trilogía f",
)

BOOK_ASPECTS = {
    "trama": {
        "good": [
            (
                "una trama absorbente",
                "la trama te absorbe desde el segundo capítulo y no te suelta",
                "me quedé sin dormir porque la trama es absorbente",
            ),
            (
                "unos giros ingeniosos",
                "no adiviné ni uno solo de los giros, todos ingeniosos",
                "los giros son ingeniosos y ninguno parece forzado",
            ),
            (
                "una historia original",
                "nunca había leído una historia como esta",
                "nada en la historia suena a copia, es de verdad original",
            ),
        ],
        "bad": [
            (
                "una trama previsible",
                "veía venir cada paso de la trama",
                "después de cincuenta páginas la trama ya era previsible",
            ),
            (
                "una historia confusa",
                "perdí el hilo de la historia y tuve que volver atrás",
                "la historia salta tanto de un sitio a otro que resulta confusa",
            ),
            (
                "demasiadas casualidades",
                "todo depende de casualidades que nadie se cree",
                "una casualidad sigue a la otra hasta que da risa",
            ),
        ],
    },
    "personajes": {
        "good": [
            (
                "unos personajes creíbles",
                "los personajes se portan como gente que conozco y me los creí",
                "reconocería a los personajes por la calle, son así de reales",
            ),
            (
                "una protagonista inolvidable",
                "no consigo olvidar a la protagonista",
                "la protagonista se me ha quedado grabada en la memoria",
            ),
            (
                "un narrador encantador",
                "el narrador me ganó con su encanto",
                "escucharía a este narrador tan encantador mil páginas más",
            ),
        ],
        "bad": [
            (
                "unos personajes planos",
                "los personajes son planos como el papel",
                "no distinguía a los personajes, ninguno tiene fondo",
            ),
            (
                "un protagonista antipático",
                "el protagonista es tan egoísta que dejó de importarme",
                "el protagonista me cayó mal de principio a fin",
            ),
            (
                "demasiados nombres",
                "hay tantos nombres que tuve que hacer una lista",
                "treinta nombres en el primer capítulo son demasiados para mí",
            ),
        ],
    },
    "estilo": {
        "good": [
            (
                "una prosa preciosa",
                "la prosa es tan preciosa que leí algunas líneas dos veces",
                "subrayé medio libro porque la prosa es una delicia",
            ),
            (
                "unos diálogos ágiles",
                "los diálogos son ágiles y suenan a conversación de verdad",
                "nadie dice una palabra de más, qué diálogos tan ágiles",
            ),
            (
                "unas explicaciones claras",
                "hasta lo difícil se explica con claridad",
                "las explicaciones son claras, y eso no es frecuente",
            ),
        ],
        "bad": [
            (
                "un estilo torpe",
                "el estilo es torpe y me hizo fruncir el ceño",
                "tropecé con un estilo torpe en cada página",
            ),
            (
                "unos diálogos artificiales",
                "nadie habla así, los diálogos son artificiales",
                "los diálogos suenan a dos robots leyendo un manual",
            ),
            (
                "repeticiones sin fin",
                "se repite lo mismo una y otra vez, sin fin",
                "cada idea se repite hasta que dan ganas de gritar",
            ),
        ],
    },
    "final": {
        "good": [
            (
                "un final redondo",
                "el final ata todos los cabos y es redondo",
                "l{o} cerré con una sonrisa porque el final queda redondo",
            ),
            (
                "un final sorprendente",
                "el final me pilló por sorpresa",
                "me quedé con la boca abierta con el final, no lo esperaba",
            ),
        ],
        "bad": [
            (
                "un final precipitado",
                "el final se despacha en tres páginas, con muchas prisas",
                "todo se resuelve deprisa y el final resulta precipitado",
            ),
            (
                "un final flojo",
                "el final es flojo y me dejó indiferente",
                "después de tanta preparación el final se desinfla",
            ),
        ],
    },
    "ritmo": {
        "good": [
            (
                "un ritmo ágil",
                "el ritmo es ágil y no hay un momento aburrido",
                "avanza con tan buen ritmo que l{o} acabé de una sentada",
            ),
        ],
        "bad": [
            (
                "un comienzo lento",
                "pasan cien páginas antes de que ocurra algo",
                "el comienzo es lento y casi l{o} dejo",
            ),
            (
                "una parte central pesada",
                "la parte central es pesada y le sobran capítulos",
                "me atasqué a la mitad porque no avanza nada",
            ),
        ],
    },
    "ambiente": {
        "good": [
            (
                "una ambientación magnífica",
                "la ambientación es magnífica y casi huele a mar",
                "me parecía pasear por esas calles, magnífica ambientación",
            ),
            (
                "una documentación cuidada",
                "la documentación es cuidada y se nota en cada detalle",
                "alguien pasó años con la documentación y valió la pena",
            ),
        ],
        "bad": [
            (
                "errores históricos",
                "hay errores históricos que me sacaron de la lectura",
                "no soy experto, pero hasta yo vi los errores históricos",
            ),
        ],
    },
    "traducción": {
        "good": [
            (
                "una traducción excelente",
                "la traducción es excelente, no se nota que lo es",
                "quien hizo la traducción merece un premio",
            ),
        ],
        "bad": [
            (
                "una traducción pésima",
                "la traducción es pésima y hay frases que no se entienden",
                "parece que la traducción la hizo una máquina hace años",
            ),
        ],
    },
}

PAPER_ASPECTS = {
    "objeto": {
        "good": [
            (
                "ilustraciones preciosas",
                "las ilustraciones son preciosas y merecen un marco",
                "vuelvo una y otra vez a mirar las preciosas ilustraciones",
            ),
            (
                "una encuadernación resistente",
                "la encuadernación es resistente y ha sobrevivido a dos niños",
                "se abre del todo sin romperse, así de resistente es",
            ),
            (
                "una letra grande",
                "la letra es grande y puedo leer sin gafas",
                "veo mal, y la letra grande es una bendición",
            ),
        ],
        "bad": [
            (
                "una letra minúscula",
                "la letra es tan minúscula que necesito una lupa",
                "me dolió la cabeza con esa letra minúscula",
            ),
            (
                "hojas sueltas",
                "las hojas empezaron a soltarse en una semana",
                "me ha quedado un montón de hojas sueltas",
            ),
            (
                "una cubierta dañada",
                "la cubierta llegó dañada y con las esquinas dobladas",
                "mi ejemplar vino con la cubierta rota, dañada desde la tienda",
            ),
        ],
    },
}

EBOOK_ASPECTS = {
    "archivo": {
        "good": [
            (
                "una maquetación limpia",
                "la maquetación es limpia y se lee bien en pantalla pequeña",
                "todo está en su sitio, con una maquetación limpia",
            ),
            (
                "notas enlazadas muy útiles",
                "las notas están enlazadas y son muy útiles",
                "un toque y vuelves al texto, las notas enlazadas son útiles",
            ),
        ],
        "bad": [
            (
                "un formato roto",
                "el formato está roto y las líneas se cortan a la mitad",
                "los párrafos se mezclan porque el formato está roto",
            ),
            (
                "erratas por todas partes",
                "conté nueve erratas en un capítulo, están por todas partes",
                "hay erratas en cada pantalla",
            ),
            (
                "mapas ilegibles",
                "los mapas son ilegibles en cualquier pantalla",
                "no pude ampliar los mapas y son ilegibles",
            ),
        ],
    },
}

TOPICS = (
    "dos hermanas en la guerra",
    "un maestro de pueblo",
    "la vida en un barco",
    "un cuadro robado",
    "una infancia junto al mar",
    "un médico en la montaña",
    "un viejo faro",
    "tres amigos y un secreto",
    "una panadería familiar",
    "las primeras aviadoras",
    "una ciudad perdida",
    "una niña y su caballo",
    "los últimos días de un rey",
    "un crimen en un tren",
    "la amistad y la vejez",
    "una casa sin puertas",
    "un invierno en el bosque",
    "un viaje sin regreso",
    "un cocinero y una espía",
    "la historia del café",
    "un niño desaparecido",
    "el amor y el duelo",
    "una larga caminata",
    "una isla desierta",
    "una profesora de piano",
    "el fin de un matrimonio",
    "un pueblo bajo el agua",
    "unos hermanos enfrentados",
    "un ladrón muy listo",
    "la vida de las abejas",
)

MOODS = {
    "good": [
        (
            "conmovedor{a}",
            "me hizo llorar más de una vez",
            "me conmovió de verdad",
        ),
        (
            "divertid{o}",
            "me reí en voz alta en el autobús",
            "hacía tiempo que no me divertía tanto",
        ),
        (
            "escalofriante",
            "me dio escalofríos",
            "dormí con la luz encendida",
        ),
        (
            "delicad{o}",
            "está contad{o} con mucha delicadeza",
            "es tiern{o} y delicad{o}",
        ),
        (
            "profund{o}",
            "me dio mucho que pensar",
            "semanas después sigo dándole vueltas",
        ),
    ],
    "bad": [
        (
            "aburrid{o}",
            "me quedé dormido dos veces",
            "me aburrí de principio a fin",
        ),
        (
            "triste",
            "todo en estas páginas es tristeza",
            "me dejó triste durante días",
        ),
        (
            "superficial",
            "nunca pasa de la superficie",
            "no hay nada debajo, todo es superficial",
        ),
    ],
}

BOOK_AUDIENCES = (
    "largos viajes en tren",
    "lectores jóvenes",
    "tardes de lluvia",
    "amantes del misterio",
    "aficionados a la historia",
    "lectores perezosos",
    "quienes aprenden español",
    "un día de playa",
    "leer antes de dormir",
    "quienes disfrutan de los enigmas",
    "padres primerizos",
    "amantes de las plantas",
    "lectores con poco tiempo",
    "estudiantes de historia",
    "un club de lectura",
    "regalar en Navidad",
)

RECOMMENDATIONS = {
    "good": [
        ("muy recomendable", "se l{o} recomiendo a todo el mundo"),
        ("vale lo que cuesta", "vale cada euro que cuesta"),
        ("repetiría la compra", "l{o} volvería a comprar sin pensarlo"),
    ],
    "bad": [
        ("nada recomendable", "no se l{o} recomiendo a nadie"),
        ("dinero tirado", "fue tirar el dinero"),
        ("devuelt{o} a la tienda", "l{o} devolví el mismo día"),
    ],
}

BOOK_OPENERS = (
    "Compré {este} {kind} para un viaje largo en {month}.",
    "Una compañera me prestó {este} {kind} sin contarme nada.",
    "{Este} {kind} fue la lectura de nuestro club en {month}.",
    "Pedí {este} {kind} en la edición de EE. UU. porque la tenían en la tienda.",
    "Mi {relative} me regaló {este} {kind} por mi cumpleaños.",
    "Llevaba esperando {este} {kind} desde {month}.",
    "Encontré {este} {kind} en una lista de lo mejor del año.",
    "No suelo leer {un} {kind}, así que mi opinión vale lo que vale.",
    "Cogí {este} {kind} un {day} porque no tenía otra cosa que hacer.",
    "La tienda me mandó {este} {kind} en lugar de lo que había pedido.",
    "Mi {relative} y yo leímos {este} {kind} al mismo tiempo.",
    "{Este} {kind} llevaba {number} años en mi estantería.",
    "Alguien dejó {este} {kind} en {place}.",
)

BOOK_FILLERS = (
    "Tiene unas {pages} páginas y {number} partes.",
    "Tardé {number} tardes en leerl{o}, casi siempre en {place}.",
    "Cada capítulo empieza con una fecha, p. ej. 12 de mayo de 1931.",
    "Por error había leído antes el vol. 2 de otra colección.",
    "En la portada se ve {picture}.",
    "Se trata de {un} {kind} sobre {topic}.",
    "Ocurre en un sitio parecido al pueblo de mi {relative}.",
    "Normalmente leo los {day} por la noche.",
    "Ahora está en manos de mi {relative}.",
    "Leí las primeras páginas en voz alta a mi {relative} en {place}.",
    "De la misma editorial hay {number} más, según parece.",
    "Hay un prólogo breve de un tal Dr. Moreno.",
    "En la contraportada citan una película de EE. UU. que no he visto.",
    "Me acompañó en {place} todo el mes de {month}.",
    "Mi {relative} me preguntó de qué iba...",
    "¿Leo demasiado?",
    "¿Qué esperaba yo al pedirl{o}?",
    "¡Esa semana estaba con catarro y tenía tiempo de leer!",
    "La tapa dura estaba agotada, así que cogí lo que había.",
    "En la web pone aprox. {pages} páginas.",
    "Hay una lista de nombres en la pág. {page}.",
)

PRODUCT_OPENERS = (
    "Compré {este} {kind} en {month} para sustituir otr{o} viej{o}.",
    "Mi {relative} me pidió {un} {kind} como {este}.",
    "Pedí {este} {kind} un {day} y tardó dos días.",
    "{Este} {kind} es para {place}.",
    "Necesitaba {un} {kind} para {place} y no tenía tiempo de comparar.",
    "Tenemos {este} {kind} desde {month}.",
    "Mi {relative} tiene {un} {kind} igual y me dijo que probara.",
    "Miré {number} modelos antes de elegir {este} {kind}.",
)

FILLERS = (
    "Vino en una caja sencilla con {number} etiquetas.",
    "Dejaron el paquete en casa de mi {relative}.",
    "El envío tardó {number} días, ni mucho ni poco.",
    "Pagué con una tarjeta regalo de mi {relative}.",
    "L{o} tengo en {place} desde {month}.",
    "En la foto se ve un poco diferente.",
    "Antes usaba otra marca, durante aprox. {number} años.",
    "Mi {relative} estaba delante cuando abrí la caja.",
    "La tienda está en EE. UU. y me escribió un {day}.",
    "Era un regalo para mi {relative}.",
    "He esperado un poco antes de escribir esto...",
    "¿Quién lee la letra pequeña?",
    "¡Por una vez estaba en casa un {day}!",
    "Lleva una pegatina que dice n.º {page}.",
    "No tengo nada que ver con la tienda.",
    "El pedido incluía unos calcetines, bolígrafos, etc. para mi {relative}.",
)

LEADS = (
    "",
    "",
    "",
    "En resumen, ",
    "Sobre todo, ",
    "Para ser sincero, ",
    "En mi opinión, ",
)
CONTRASTS = ("Sin embargo, ", "Por otro lado, ", "En cambio, ", "Ahora bien, ")
ADDITIONS = ("Y ", "Además, ", "Por si fuera poco, ", "También es cierto que ")

MONTHS = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes")
RELATIVES = (
    "hermana",
    "hermano",
    "madre",
    "padre",
    "vecina",
    "prima",
    "hija",
    "hijo",
    "tía",
    "tío",
    "abuela",
    "suegra",
)
PLACES = (
    "la cocina",
    "el jardín",
    "la oficina",
    "un hotel",
    "el desván",
    "la sala de espera",
    "la caravana",
    "el piso de la playa",
    "el garaje",
    "la habitación de invitados",
)
NUMBERS = ("dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez")
PICTURES = (
    "una puerta roja",
    "un barco de noche",
    "dos manos",
    "una carretera vacía",
    "un pájaro amarillo",
    "una escalera",
    "una ventana abierta",
)
SHORT_TITLES = ("Cinco estrellas", "Me encanta", "Decepcionante", "Bien", "Genial")

ASPECTS = {
    "material": {
        "good": [
            (
                "un material resistente",
                "el material es resistente y parece que va a durar",
                "se me cayó dos veces y el material resistió sin problemas",
            ),
        ],
        "bad": [
            (
                "un plástico barato",
                "es de un plástico barato que se dobla en la mano",
                "el plástico es barato y ya se ha agrietado",
            ),
        ],
    },
    "size": {
        "good": [
            (
                "un tamaño práctico",
                "el tamaño es práctico y cabe en cualquier cajón",
                "no ocupa nada, es de un tamaño muy práctico",
            ),
        ],
        "bad": [
            (
                "un tamaño ridículo",
                "el tamaño es ridículo y no me sirve",
                "la foto engaña, el tamaño es ridículo",
            ),
        ],
    },
    "battery": {
        "good": [
            (
                "una batería duradera",
                "la batería dura toda la semana con una carga",
                "l{o} cargo los domingos y basta, es una batería duradera",
            ),
        ],
        "bad": [
            (
                "una batería mala",
                "la batería se agota antes de comer",
                "hay que cargarl{o} dos veces al día, la batería es mala",
            ),
        ],
    },
    "sound": {
        "good": [
            (
                "un sonido limpio",
                "el sonido es limpio y llena toda la sala",
                "oigo detalles que no conocía, tan limpio es el sonido",
            ),
        ],
        "bad": [
            (
                "un sonido metálico",
                "el sonido es metálico, como una radio en un cubo",
                "las voces suenan finas y metálicas",
            ),
        ],
    },
    "instructions": {
        "good": [
            (
                "instrucciones sencillas",
                "las instrucciones son sencillas y terminé en diez minutos",
                "hasta mi padre entendió las instrucciones, son sencillas",
            ),
        ],
        "bad": [
            (
                "instrucciones inútiles",
                "las instrucciones son inútiles y faltan la mitad de los pasos",
                "tiré las instrucciones, por inútiles, y me puse a probar",
            ),
        ],
    },
    "colour": {
        "good": [
            (
                "un color precioso",
                "el color es precioso y combina con todo",
                "todo el mundo alaba el color, es precioso",
            ),
        ],
        "bad": [
            (
                "un color equivocado",
                "el color es equivocado, nada que ver con la foto",
                "pedí azul y me mandaron un color equivocado",
            ),
        ],
    },
    "smell": {
        "good": [
            (
                "un olor fresco",
                "tiene un olor fresco que me gusta",
                "ahora toda la habitación tiene un olor fresco",
            ),
        ],
        "bad": [
            (
                "un olor químico",
                "tiene un olor químico que no se va",
                "llevo una semana aireando y el olor químico sigue",
            ),
        ],
    },
    "noise": {
        "good": [
            (
                "muy poco ruido",
                "hace muy poco ruido, el niño ni se despierta",
                "se te olvida que funciona, hace muy poco ruido",
            ),
        ],
        "bad": [
            (
                "un ruido insoportable",
                "hace un ruido insoportable, como un tractor",
                "no se puede hablar al lado, el ruido es insoportable",
            ),
        ],
    },
    "comfort": {
        "good": [
            (
                "una gran comodidad",
                "es de una gran comodidad, incluso después de un día entero",
                "no roza ni aprieta, una gran comodidad",
            ),
        ],
        "bad": [
            (
                "poca comodidad",
                "roza y aprieta, ofrece poca comodidad",
                "pasada media hora la comodidad es poca",
            ),
        ],
    },
    "cleaning": {
        "good": [
            (
                "una limpieza fácil",
                "la limpieza es fácil, basta con un paño húmedo",
                "en un minuto está, nunca he visto una limpieza tan fácil",
            ),
        ],
        "bad": [
            (
                "una limpieza complicada",
                "la limpieza es complicada porque la suciedad entra por todo",
                "hace falta un cepillo de dientes, la limpieza es complicada",
            ),
        ],
    },
    "strap": {
        "good": [
            (
                "una correa fuerte",
                "la correa es fuerte y no se suelta",
                "aguanta todo con una sola correa, muy fuerte",
            ),
        ],
        "bad": [
            (
                "una correa rota",
                "la correa se rompió al segundo día",
                "tuve que coser yo la correa rota",
            ),
        ],
    },
    "connection": {
        "good": [
            (
                "una conexión estable",
                "la conexión es estable en todas las habitaciones",
                "no ha perdido la conexión ni una vez, es estable",
            ),
        ],
        "bad": [
            (
                "una conexión débil",
                "la conexión es débil y se corta a cada rato",
                "si me doy la vuelta se pierde la conexión, así de débil es",
            ),
        ],
    },
}

AUDIENCES = (
    "pisos pequeños",
    "familias numerosas",
    "principiantes",
    "el uso diario",
    "personas zurdas",
    "quienes viajan mucho",
    "estudiantes",
    "personas mayores",
    "las vacaciones de verano",
    "niños pequeños",
)

CATEGORIES = {
    "home": (
        ("lámpara f", "reloj m", "estante m", "espejo m", "armario m", "mesa f"),
        ("material", "size", "colour", "instructions", "smell", "cleaning"),
    ),
    "kitchen": (
        ("hervidor m", "batidora f", "tostadora f", "cafetera f", "picadora f"),
        ("material", "size", "noise", "cleaning", "colour", "instructions"),
    ),
    "apparel": (
        ("chaqueta f", "camisa f", "abrigo m", "vestido m", "jersey m", "falda f"),
        ("size", "colour", "comfort", "smell", "cleaning"),
    ),
    "wireless": (
        ("auricular m", "altavoz m", "radio f", "intercomunicador m"),
        ("battery", "sound", "connection", "size", "material"),
    ),
    "pc": (
        ("teclado m", "ratón m", "impresora f", "enrutador m", "cámara web f"),
        ("connection", "noise", "instructions", "material", "size"),
    ),
    "toy": (
        ("rompecabezas m", "muñeca f", "tren de juguete m", "juego m", "cometa f"),
        ("material", "size", "colour", "instructions", "smell"),
    ),
    "sports": (
        (
            "tienda de campaña f",
            "mochila f",
            "esterilla f",
            "bolsa de deporte f",
            "casco m",
        ),
        ("material", "strap", "comfort", "size", "smell"),
    ),
    "beauty": (
        ("crema f", "champú m", "jabón m", "bálsamo m", "perfume m"),
        ("smell", "size", "colour"),
    ),
    "pet_products": (
        ("peto m", "arnés m", "transportín m", "abrigo para perro m", "collar m"),
        ("material", "size", "cleaning", "strap", "comfort"),
    ),
}

FRAMES = {
    "kind": "{kind} con {core}",
    "recommend": "{bare}, {recommendation}",
    "contrast": "{bare} pero {bare2}",
    "addition": "{bare} y {bare2}",
    "topic": "{kind} {mood} sobre {topic}",
    "audience good": "{kind} ideal para {audience}",
    "audience bad": "no es {un} {kind} para {audience}",
}
AUDIENCE_POINTS = {
    "good": (
        "parece pensad{o} para {audience}",
        "no se me ocurre nada mejor para {audience}",
    ),
    "bad": (
        "no está pensad{o} para {audience}",
        "yo no elegiría esto para {audience}",
    ),
}
TOPIC_POINT = "{este} {kind} trata sobre {topic}"
ARTICLES = ("un ", "una ", "unos ", "unas ")
