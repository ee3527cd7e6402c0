"""The words of the hosted pages, in every language of the portal: English, Spanish, French, Arabic.

The sandbox runs without Django, so its catalogue is this table. A test fails when a language lacks a line.
"""

from __future__ import annotations

LANGUAGES = ("en", "es", "fr", "ar")
NAMES = {"en": "English", "es": "Español", "fr": "Français", "ar": "العربية"}


def word(key: str, language: str, **values: object) -> str:
    """A line of the catalogue; `{name}` in it is replaced by the value of that name."""
    lines = WORDS[key]
    line = lines[LANGUAGES.index(language)] if language in LANGUAGES else lines[0]
    return line.format(**values) if values else line


WORDS: dict[str, tuple[str, str, str, str]] = {
    "test_band": (
        "TEST. No real money moves here. Use only the test numbers on this page.",
        "PRUEBA. Aquí no se mueve dinero real. Use solo los números de prueba de esta página.",
        "TEST. Aucun argent réel ne circule ici. Utilisez seulement les numéros de test de cette page.",
        "اختبار. لا تُنقل هنا أموال حقيقية. استخدم فقط أرقام الاختبار الموجودة في هذه الصفحة.",
    ),
    "skip": (
        "Skip to main content",
        "Ir al contenido principal",
        "Aller au contenu principal",
        "انتقل إلى المحتوى الرئيسي",
    ),
    "error_prefix": ("Error: ", "Error: ", "Erreur : ", "خطأ: "),
    "secure": ("Test payment", "Pago de prueba", "Paiement de test", "دفع تجريبي"),
    "cancel": ("Cancel and go back", "Cancelar y volver", "Annuler et revenir", "إلغاء والعودة"),
    "step": (
        "Step 2 of 4: your details",
        "Paso 2 de 4: sus datos",
        "Étape 2 sur 4 : vos coordonnées",
        "الخطوة 2 من 4: بياناتك",
    ),
    "title": (
        "Your payment details",
        "Sus datos de pago",
        "Vos coordonnées de paiement",
        "بيانات الدفع",
    ),
    "method": ("Payment method", "Forma de pago", "Moyen de paiement", "طريقة الدفع"),
    "card": ("Card", "Tarjeta", "Carte", "بطاقة"),
    "card_hint": (
        "Credit, debit, HSA or FSA",
        "Crédito, débito, HSA o FSA",
        "Crédit, débit, HSA ou FSA",
        "ائتمان أو خصم أو HSA أو FSA",
    ),
    "bank": ("Bank account", "Cuenta bancaria", "Compte bancaire", "حساب مصرفي"),
    "bank_hint": (
        "Takes 3 to 5 days to clear",
        "Tarda de 3 a 5 días",
        "Prend de 3 à 5 jours",
        "يستغرق من 3 إلى 5 أيام",
    ),
    "number": ("Card number", "Número de tarjeta", "Numéro de carte", "رقم البطاقة"),
    "number_hint": (
        "Spaces are fine. We take",
        "Puede usar espacios. Aceptamos",
        "Les espaces sont acceptés. Nous prenons",
        "يمكنك ترك مسافات. نقبل",
    ),
    "expiry": ("Expiry date", "Fecha de vencimiento", "Date d’expiration", "تاريخ الانتهاء"),
    "expiry_hint": (
        "Like {example}",
        "Por ejemplo, {example}",
        "Par exemple {example}",
        "مثل {example}",
    ),
    "code": ("Security code", "Código de seguridad", "Code de sécurité", "رمز الأمان"),
    "code_hint": (
        "3 or 4 digits on the card",
        "3 o 4 dígitos en la tarjeta",
        "3 ou 4 chiffres sur la carte",
        "3 أو 4 أرقام على البطاقة",
    ),
    "name": ("Name on card", "Nombre en la tarjeta", "Nom sur la carte", "الاسم على البطاقة"),
    "postal_code": (
        "Billing ZIP code",
        "Código postal de facturación",
        "Code postal de facturation",
        "الرمز البريدي للفواتير",
    ),
    "postal_hint": (
        "Where your card statements go",
        "Adonde llegan los estados de cuenta de su tarjeta",
        "Là où arrivent vos relevés de carte",
        "حيث تصلك كشوف البطاقة",
    ),
    "email": (
        "Email for your receipt",
        "Correo electrónico para su recibo",
        "E-mail pour votre reçu",
        "البريد الإلكتروني لاستلام الإيصال",
    ),
    "save": (
        "Save this card for next time",
        "Guardar esta tarjeta para la próxima vez",
        "Enregistrer cette carte pour la prochaine fois",
        "احفظ هذه البطاقة للمرة القادمة",
    ),
    "save_hint": (
        "You can remove it whenever you like.",
        "Puede quitarla cuando quiera.",
        "Vous pouvez la retirer quand vous voulez.",
        "يمكنك إزالتها متى شئت.",
    ),
    "holder": (
        "Name on the account",
        "Nombre en la cuenta",
        "Nom du titulaire du compte",
        "الاسم على الحساب",
    ),
    "routing": ("Routing number", "Número de ruta", "Numéro d’acheminement", "رقم التوجيه المصرفي"),
    "routing_hint": (
        "9 digits, at the bottom left of a check",
        "9 dígitos, abajo a la izquierda de un cheque",
        "9 chiffres, en bas à gauche d’un chèque",
        "9 أرقام، أسفل يسار الشيك",
    ),
    "account": ("Account number", "Número de cuenta", "Numéro de compte", "رقم الحساب"),
    "authorize": (
        "By going on you agree that the payee may take this one payment from the account. This is a test: nothing is taken.",
        "Al continuar, acepta que el beneficiario cobre este único pago de la cuenta. Es una prueba: no se cobra nada.",
        "En continuant, vous acceptez que le bénéficiaire prélève ce seul paiement. Ceci est un test : rien n’est prélevé.",
        "بالمتابعة توافق على أن يسحب المستفيد هذه الدفعة وحدها من الحساب. هذا اختبار: لا يُسحب شيء.",
    ),
    "continue": ("Continue", "Continuar", "Continuer", "متابعة"),
    "continue_hint": (
        "You’ll check everything on the next page. Nothing is charged yet.",
        "Lo revisará todo en la página siguiente. Todavía no se cobra nada.",
        "Vous vérifierez tout à la page suivante. Rien n’est encore débité.",
        "ستراجع كل شيء في الصفحة التالية. لا يُخصم أي مبلغ الآن.",
    ),
    "handled": (
        "These details stay with the test card processor. The clinic never sees the number, and the processor forgets it.",
        "Estos datos se quedan en el procesador de prueba. La clínica nunca ve el número y el procesador lo olvida.",
        "Ces données restent chez le processeur de test. La clinique ne voit jamais le numéro et le processeur l’oublie.",
        "تبقى هذه البيانات لدى معالج البطاقات التجريبي. لا ترى العيادة الرقم أبدًا، والمعالج لا يحتفظ به.",
    ),
    "paying": ("You are paying", "Usted va a pagar", "Vous payez", "ستدفع"),
    "for": ("For", "Para", "Pour", "من أجل"),
    "purpose": ("What it is for", "Concepto", "Objet", "سبب الدفع"),
    "payee": ("Paid to", "Se paga a", "Payé à", "يُدفع إلى"),
    "check_one": (
        "Check 1 thing before you go on",
        "Revise 1 dato antes de continuar",
        "Vérifiez 1 point avant de continuer",
        "راجع أمرًا واحدًا قبل المتابعة",
    ),
    "check_many": (
        "Check {count} things before you go on",
        "Revise {count} datos antes de continuar",
        "Vérifiez {count} points avant de continuer",
        "راجع {count} أمور قبل المتابعة",
    ),
    # problems
    "number_missing": (
        "Enter the card number",
        "Escriba el número de la tarjeta",
        "Saisissez le numéro de la carte",
        "اكتب رقم البطاقة",
    ),
    "number_short": (
        "The card number is too short. It should have {count} digits",
        "El número de la tarjeta es demasiado corto. Debe tener {count} dígitos",
        "Le numéro de carte est trop court. Il doit avoir {count} chiffres",
        "رقم البطاقة قصير جدًا. يجب أن يتكوّن من {count} رقمًا",
    ),
    "number_long": (
        "The card number is too long. It should have {count} digits",
        "El número de la tarjeta es demasiado largo. Debe tener {count} dígitos",
        "Le numéro de carte est trop long. Il doit avoir {count} chiffres",
        "رقم البطاقة طويل جدًا. يجب أن يتكوّن من {count} رقمًا",
    ),
    "number_wrong": (
        "Check the card number. One digit looks wrong",
        "Revise el número de la tarjeta. Un dígito parece equivocado",
        "Vérifiez le numéro de carte. Un chiffre semble faux",
        "راجع رقم البطاقة. يبدو أن أحد الأرقام خطأ",
    ),
    "number_real": (
        "This is a test page and takes only the test numbers below. What you typed was not kept",
        "Esta es una página de prueba y solo acepta los números de prueba de abajo. No se guardó lo que escribió",
        "Ceci est une page de test : elle n’accepte que les numéros ci-dessous. Votre saisie n’a pas été conservée",
        "هذه صفحة اختبار ولا تقبل إلا الأرقام الواردة أدناه. لم يُحفظ ما كتبته",
    ),
    "no_diners": (
        "We don’t take Diners. Use Visa, Mastercard, Amex or Discover",
        "No aceptamos Diners. Use Visa, Mastercard, Amex o Discover",
        "Nous ne prenons pas Diners. Utilisez Visa, Mastercard, Amex ou Discover",
        "لا نقبل Diners. استخدم Visa أو Mastercard أو Amex أو Discover",
    ),
    "no_jcb": (
        "We don’t take JCB. Use Visa, Mastercard, Amex or Discover",
        "No aceptamos JCB. Use Visa, Mastercard, Amex o Discover",
        "Nous ne prenons pas JCB. Utilisez Visa, Mastercard, Amex ou Discover",
        "لا نقبل JCB. استخدم Visa أو Mastercard أو Amex أو Discover",
    ),
    "no_unionpay": (
        "We don’t take UnionPay. Use Visa, Mastercard, Amex or Discover",
        "No aceptamos UnionPay. Use Visa, Mastercard, Amex o Discover",
        "Nous ne prenons pas UnionPay. Utilisez Visa, Mastercard, Amex ou Discover",
        "لا نقبل UnionPay. استخدم Visa أو Mastercard أو Amex أو Discover",
    ),
    "expiry_missing": (
        "Enter the expiry date",
        "Escriba la fecha de vencimiento",
        "Saisissez la date d’expiration",
        "اكتب تاريخ الانتهاء",
    ),
    "expiry_wrong": (
        "Enter the expiry date as month and year, like 08 / 28",
        "Escriba el mes y el año de vencimiento, por ejemplo 08 / 28",
        "Saisissez le mois et l’année d’expiration, par exemple 08 / 28",
        "اكتب تاريخ الانتهاء بالشهر والسنة، مثل 08 / 28",
    ),
    "expired": (
        "This card has expired. Use another card",
        "Esta tarjeta está vencida. Use otra tarjeta",
        "Cette carte a expiré. Utilisez une autre carte",
        "انتهت صلاحية هذه البطاقة. استخدم بطاقة أخرى",
    ),
    "code_missing": (
        "Enter the security code",
        "Escriba el código de seguridad",
        "Saisissez le code de sécurité",
        "اكتب رمز الأمان",
    ),
    "name_missing": (
        "Enter the name as it is on the card",
        "Escriba el nombre tal como está en la tarjeta",
        "Saisissez le nom tel qu’il figure sur la carte",
        "اكتب الاسم كما يظهر على البطاقة",
    ),
    "zip_missing": (
        "Enter your ZIP code, like 94112",
        "Escriba su código postal, por ejemplo 94112",
        "Saisissez votre code postal, par exemple 94112",
        "اكتب الرمز البريدي، مثل 94112",
    ),
    "email_wrong": (
        "Enter an email address like name@example.org",
        "Escriba un correo electrónico como nombre@example.org",
        "Saisissez une adresse e-mail comme nom@example.org",
        "اكتب بريدًا إلكترونيًا مثل name@example.org",
    ),
    "holder_missing": (
        "Enter the name on the account",
        "Escriba el nombre de la cuenta",
        "Saisissez le nom du titulaire",
        "اكتب الاسم على الحساب",
    ),
    "routing_wrong": (
        "The routing number should have 9 digits",
        "El número de ruta debe tener 9 dígitos",
        "Le numéro d’acheminement doit avoir 9 chiffres",
        "يجب أن يتكوّن رقم التوجيه من 9 أرقام",
    ),
    "account_missing": (
        "Enter the account number",
        "Escriba el número de cuenta",
        "Saisissez le numéro de compte",
        "اكتب رقم الحساب",
    ),
    "bank_real": (
        "This is a test page. Use one of the test accounts below. What you typed was not kept",
        "Esta es una página de prueba. Use una de las cuentas de prueba de abajo. No se guardó lo que escribió",
        "Ceci est une page de test. Utilisez l’un des comptes ci-dessous. Votre saisie n’a pas été conservée",
        "هذه صفحة اختبار. استخدم أحد حسابات الاختبار أدناه. لم يُحفظ ما كتبته",
    ),
    # the list of numbers
    "list": (
        "Test numbers and what each one does",
        "Números de prueba y qué hace cada uno",
        "Numéros de test et leur effet",
        "أرقام الاختبار وما يفعله كل منها",
    ),
    "list_hint": (
        "Any future date, any security code and any name will do.",
        "Sirve cualquier fecha futura, cualquier código y cualquier nombre.",
        "Toute date future, tout code et tout nom conviennent.",
        "يصلح أي تاريخ مستقبلي وأي رمز وأي اسم.",
    ),
    "list_number": ("Number", "Número", "Numéro", "الرقم"),
    "list_effect": ("What happens", "Qué pasa", "Effet", "ما يحدث"),
    "does_pays": (
        "The payment goes through",
        "El pago se completa",
        "Le paiement aboutit",
        "ينجح الدفع",
    ),
    "does_generic_decline": (
        "The bank says no, without a reason",
        "El banco dice que no, sin motivo",
        "La banque refuse, sans raison",
        "يرفض المصرف دون سبب",
    ),
    "does_insufficient_funds": (
        "Not enough money",
        "No hay fondos suficientes",
        "Provision insuffisante",
        "الرصيد لا يكفي",
    ),
    "does_lost_card": ("Reported lost", "Declarada perdida", "Déclarée perdue", "بُلّغ عن فقدانها"),
    "does_stolen_card": ("Reported stolen", "Declarada robada", "Déclarée volée", "بُلّغ عن سرقتها"),
    "does_fraudulent": (
        "Suspected fraud",
        "Sospecha de fraude",
        "Soupçon de fraude",
        "اشتباه في احتيال",
    ),
    "does_expired_card": (
        "The bank says it has expired",
        "El banco dice que está vencida",
        "La banque dit qu’elle a expiré",
        "يقول المصرف إنها منتهية",
    ),
    "does_incorrect_cvc": (
        "Wrong security code",
        "Código de seguridad equivocado",
        "Mauvais code de sécurité",
        "رمز الأمان خطأ",
    ),
    "does_incorrect_zip": (
        "Wrong ZIP code",
        "Código postal equivocado",
        "Mauvais code postal",
        "الرمز البريدي خطأ",
    ),
    "does_processing_error": (
        "Something fails at the bank",
        "Algo falla en el banco",
        "Une panne à la banque",
        "خلل لدى المصرف",
    ),
    "does_bank_check": (
        "The bank checks it’s you, then it goes through",
        "El banco comprueba que es usted y se completa",
        "La banque vérifie votre identité, puis accepte",
        "يتحقق المصرف من هويتك ثم ينجح الدفع",
    ),
    "does_bank_check_then_decline": (
        "The bank checks it’s you, then says no",
        "El banco comprueba que es usted y dice que no",
        "La banque vérifie votre identité, puis refuse",
        "يتحقق المصرف من هويتك ثم يرفض",
    ),
    "does_bank_pays": (
        "Bank account: goes through after 4 days",
        "Cuenta bancaria: se completa a los 4 días",
        "Compte bancaire : aboutit après 4 jours",
        "حساب مصرفي: ينجح بعد 4 أيام",
    ),
    "does_bank_fails": (
        "Bank account: fails after 4 days",
        "Cuenta bancaria: falla a los 4 días",
        "Compte bancaire : échoue après 4 jours",
        "حساب مصرفي: يفشل بعد 4 أيام",
    ),
    # bank check
    "check_title": (
        "Your bank is checking it’s you",
        "Su banco comprueba que es usted",
        "Votre banque vérifie votre identité",
        "يتحقق مصرفك من هويتك",
    ),
    "check_lead": (
        "This page stands in for your bank. Choose what the bank should say.",
        "Esta página hace de su banco. Elija qué debe decir el banco.",
        "Cette page joue le rôle de votre banque. Choisissez sa réponse.",
        "تمثّل هذه الصفحة مصرفك. اختر ما ينبغي أن يقوله المصرف.",
    ),
    "check_pass": ("Yes, it’s me", "Sí, soy yo", "Oui, c’est moi", "نعم، هذا أنا"),
    "check_fail": (
        "The check fails",
        "La comprobación falla",
        "La vérification échoue",
        "يفشل التحقق",
    ),
    "check_leave": (
        "Leave without answering",
        "Salir sin responder",
        "Partir sans répondre",
        "المغادرة دون إجابة",
    ),
    # ends
    "over_title": (
        "This page is closed",
        "Esta página está cerrada",
        "Cette page est fermée",
        "هذه الصفحة مغلقة",
    ),
    "over_text": (
        "It was used already, or was open too long. Nothing was charged here.",
        "Ya se usó o estuvo abierta demasiado tiempo. Aquí no se cobró nada.",
        "Elle a déjà servi ou est restée ouverte trop longtemps. Rien n’a été débité ici.",
        "استُخدمت من قبل أو بقيت مفتوحة مدة طويلة. لم يُخصم أي مبلغ هنا.",
    ),
    "go_on": ("Go on", "Seguir", "Continuer", "متابعة"),
    "language": ("Language", "Idioma", "Langue", "اللغة"),
}
