-- What an attempt said and was asked stays readable after it ended: the last lines of its log, and what a model was sent word for word.
ALTER TABLE attempts ADD COLUMN log TEXT CHECK (json_valid(log));
ALTER TABLE attempts ADD COLUMN sent TEXT CHECK (json_valid(sent));
