-- Marks the file as a warehouse of this program: 'Reel' in ASCII. One that is made from now on has the mark before its
-- first table.

PRAGMA application_id = 1382376812;
