"""What every part of the project may use: text, folders, names of files, forks, secrets, and what code is the user's."""
