/* Which model to choose. */

export const choose = {
	title: "Which model to choose",
	lead: "Percent right on rows that no model had seen, after learning " +
		"each training row once, in order, as contributions come. The " +
		"parameters are the same for every set of a kind.",
	data: "Data",
	peer: "scikit-learn, one pass / converged",
	percent: (percent: string) => percent,
	kinds: {
		texts: {
			title: "Texts",
			advice: "Take blend with ngrams. naive-bayes with " +
				"murmur3-words comes near it with shorter samples, which " +
				"cost less on the chain. Where many labels are wrong, " +
				"passive-aggressive.",
		},
		tables: {
			title: "Tables",
			advice: "Take kalman with scale. Where columns are few and " +
				"no line parts the classes, nearest is ahead; where they " +
				"are of many kinds, hoeffding. Of more than 512 columns, " +
				"and for embeddings, passive-aggressive.",
		},
	},
	sets: {
		sms: "Text messages: spam or not",
		clickbait: "Headlines: news or clickbait",
		tictactoe: "Ends of tic-tac-toe: has x won",
		wisdm: "Accelerometer: six activities",
		occupancy: "Room sensors: is somebody there",
		banknote: "Banknotes: which of two classes",
		breastcancer: "Cell nuclei: benign or malignant",
		optdigits: "Handwritten digits, 8 by 8",
	},
	types_title: "Model types",
	types: {
		"blend": "Naive Bayes and logistic regression side by side; how " +
			"much to trust each is learned too.",
		"hoeffding": "Trees that are split where the data are sure, and " +
			"vote; up to 1,024 columns, much memory.",
		"kalman": "Logistic regression that knows how sure it is of each " +
			"pair of weights; up to 512 columns.",
		"logistic": "A learning rate for each weight; texts and tables " +
			"of any width.",
		"naive-bayes": "Little memory, quick to learn from few texts; " +
			"overrates what repeats itself.",
		"nearest": "Keeps the newest samples and compares by distance; " +
			"each prediction looks at all of them.",
		"passive-aggressive": "A mean of weights that move no further " +
			"than they must; wide tables, embeddings, wrong labels.",
		"sparse-perceptron": "The cheapest, and the least accurate.",
		"deca-…": "0xDeCA10B's five classifiers, bit for bit, for models " +
			"that must agree with such a contract.",
	},
	encoders_title: "Encoders",
	encoders: {
		"ngrams": "A text as words, pairs of words and runs of five " +
			"characters, hashed.",
		"murmur3-words": "A text as words, hashed; several times shorter " +
			"on the chain.",
		"murmur3-places": "Words hashed with their places, exactly as " +
			"0xDeCA10B's dashboard does, for models that must " +
			"agree with it.",
		"vocabulary": "A text as those of its words that the model knows.",
		"scale": "Numbers, each from its column's centre, divided by its " +
			"width.",
		"unit": "As scale, and each sample of length 1.",
		"pixels": "A picture as a grid of grey.",
		"embedding": "A text as the numbers that a service gives for it.",
		"none": "Column indices, or numbers as they are.",
	},
	source: "Data: UCI Machine Learning Repository, sets 228, 101, 357, " +
		"267, 17 and 80; headlines of Chakraborty et al., ASONAM 2016; " +
		"WISDM of Kwapisz et al., SensorKDD 2010.",
	own: "Measure your own data, with every type at once:",
	own_command: "decaid evaluate --train FILE --test FILE --type all",
};
