-- What tables and columns mean: the data dictionary (../README.md), which a test holds these against.

COMMENT ON TABLE collections IS 'One row a collection (a series of movies), as its greatest entry names it.';
COMMENT ON COLUMN collections.collection_id IS 'TMDB''s number of the collection.';
COMMENT ON COLUMN collections.name IS 'Name.';
COMMENT ON COLUMN collections.poster_path IS 'Poster: path on TMDB''s image server, after a size such as w500.';
COMMENT ON COLUMN collections.backdrop_path IS 'Background image: path on TMDB''s image server, after a size.';
COMMENT ON COLUMN collections.snapshot_date IS 'Day of which the entry is.';

COMMENT ON TABLE genres IS 'One row a genre, as its greatest entry names it.';
COMMENT ON COLUMN genres.genre_id IS 'TMDB''s number of the genre.';
COMMENT ON COLUMN genres.name IS 'Name.';
COMMENT ON COLUMN genres.snapshot_date IS 'Day of which the entry is.';

COMMENT ON TABLE production_companies IS 'One row a production company, as its greatest entry names it.';
COMMENT ON COLUMN production_companies.company_id IS 'TMDB''s number of the company.';
COMMENT ON COLUMN production_companies.name IS 'Name; several companies may have the same.';
COMMENT ON COLUMN production_companies.origin_country IS 'Country it comes from, as TMDB gives it: ISO 3166-1 alpha-2.';
COMMENT ON COLUMN production_companies.logo_path IS 'Logo: path on TMDB''s image server, after a size such as w500.';
COMMENT ON COLUMN production_companies.snapshot_date IS 'Day of which the entry is.';

COMMENT ON TABLE production_countries IS 'One row a country that movies were made in, as its greatest entry names it.';
COMMENT ON COLUMN production_countries.country_code IS 'ISO 3166-1 alpha-2 in upper case.';
COMMENT ON COLUMN production_countries.name IS 'Name in English.';
COMMENT ON COLUMN production_countries.snapshot_date IS 'Day of which the entry is.';

COMMENT ON TABLE spoken_languages IS 'One row a language that is spoken in movies, as its greatest entry names it.';
COMMENT ON COLUMN spoken_languages.language_code IS 'ISO 639-1 in lower case, and TMDB''s own cn and xx.';
COMMENT ON COLUMN spoken_languages.name IS 'Name in the language itself.';
COMMENT ON COLUMN spoken_languages.english_name IS 'Name in English.';
COMMENT ON COLUMN spoken_languages.snapshot_date IS 'Day of which the entry is.';

COMMENT ON TABLE people IS 'One row a person of any cast or crew, as their greatest entry names them.';
COMMENT ON COLUMN people.person_id IS 'TMDB''s number of the person.';
COMMENT ON COLUMN people.name IS 'Name.';
COMMENT ON COLUMN people.original_name IS 'Name in the original script.';
COMMENT ON COLUMN people.gender IS 'TMDB''s code: 0 not set, 1 female, 2 male, 3 non-binary.';
COMMENT ON COLUMN people.known_for_department IS 'Department they are best known for: Acting, Directing …';
COMMENT ON COLUMN people.popularity IS 'TMDB''s popularity at the snapshot date, a score without unit or limit.';
COMMENT ON COLUMN people.profile_path IS 'Portrait: path on TMDB''s image server, after a size such as w185.';
COMMENT ON COLUMN people.adult IS 'Whether they perform in pornography.';
COMMENT ON COLUMN people.snapshot_date IS 'Day of which the entry is.';

COMMENT ON TABLE keywords IS 'One row a keyword, as its greatest entry names it.';
COMMENT ON COLUMN keywords.keyword_id IS 'TMDB''s number of the keyword.';
COMMENT ON COLUMN keywords.name IS 'Name.';
COMMENT ON COLUMN keywords.snapshot_date IS 'Day of which the entry is.';

COMMENT ON TABLE movies IS 'One row a movie: its document of greatest rank (has_title, snapshot_date, vote_count, content_hash), cleaned.';
COMMENT ON COLUMN movies.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN movies.title IS 'Title, in English where TMDB has it; the original title where it has none.';
COMMENT ON COLUMN movies.original_title IS 'Title in the original language.';
COMMENT ON COLUMN movies.original_language IS 'Language it was made in, as TMDB gives it: ISO 639-1, and cn and xx.';
COMMENT ON COLUMN movies.overview IS 'What it is about, in a paragraph.';
COMMENT ON COLUMN movies.tagline IS 'Line of advertisement.';
COMMENT ON COLUMN movies.status IS 'State of production in TMDB''s words: Released, Post Production, Rumored …';
COMMENT ON COLUMN movies.release_date IS 'Day of the first release.';
COMMENT ON COLUMN movies.runtime IS 'Length in minutes; null when unknown, which TMDB writes as 0.';
COMMENT ON COLUMN movies.budget IS 'Budget in US dollars; null when unknown, which TMDB writes as 0.';
COMMENT ON COLUMN movies.revenue IS 'Revenue in US dollars; null when unknown, which TMDB writes as 0.';
COMMENT ON COLUMN movies.popularity IS 'TMDB''s popularity at the snapshot date, a score without unit or limit.';
COMMENT ON COLUMN movies.vote_average IS 'Mean of TMDB''s votes at the snapshot date, 0 to 10.';
COMMENT ON COLUMN movies.vote_count IS 'Number of TMDB''s votes at the snapshot date.';
COMMENT ON COLUMN movies.imdb_id IS 'The movie''s id at IMDb: tt and digits.';
COMMENT ON COLUMN movies.collection_id IS 'The collection it belongs to.';
COMMENT ON COLUMN movies.snapshot_date IS 'Day of which TMDB''s document is.';
COMMENT ON COLUMN movies.adult IS 'Whether it is pornography.';
COMMENT ON COLUMN movies.video IS 'Whether TMDB calls it a video: a concert, a compilation, no film proper.';
COMMENT ON COLUMN movies.homepage IS 'Address of its own web site.';
COMMENT ON COLUMN movies.poster_path IS 'Poster: path on TMDB''s image server, after a size such as w500.';
COMMENT ON COLUMN movies.backdrop_path IS 'Background image: path on TMDB''s image server, after a size.';
COMMENT ON COLUMN movies.has_title IS 'Whether the document has the key title, which a line of TMDB''s ID export has not.';
COMMENT ON COLUMN movies.content_hash IS 'SHA-256 of the document''s content, whatever its key order, white space and numerals.';

COMMENT ON TABLE movie_genres IS 'One row a movie and genre.';
COMMENT ON COLUMN movie_genres.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN movie_genres.genre_id IS 'The genre; that of position 0 is the movie''s primary genre.';
COMMENT ON COLUMN movie_genres.position IS 'Place in the document''s list among the entries that survive cleaning, 0 the first.';

COMMENT ON TABLE movie_production_companies IS 'One row a movie and production company.';
COMMENT ON COLUMN movie_production_companies.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN movie_production_companies.company_id IS 'The company.';
COMMENT ON COLUMN movie_production_companies.position IS 'Place in the document''s list among the entries that survive cleaning, 0 the first.';

COMMENT ON TABLE movie_production_countries IS 'One row a movie and country it was made in.';
COMMENT ON COLUMN movie_production_countries.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN movie_production_countries.country_code IS 'The country.';
COMMENT ON COLUMN movie_production_countries.position IS 'Place in the document''s list among the entries that survive cleaning, 0 the first.';

COMMENT ON TABLE movie_spoken_languages IS 'One row a movie and language spoken in it.';
COMMENT ON COLUMN movie_spoken_languages.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN movie_spoken_languages.language_code IS 'The language.';
COMMENT ON COLUMN movie_spoken_languages.position IS 'Place in the document''s list among the entries that survive cleaning, 0 the first.';

COMMENT ON TABLE trailers IS 'One row a movie and video of it: trailers, and the teasers, clips and featurettes that TMDB lists with them.';
COMMENT ON COLUMN trailers.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN trailers.video_id IS 'TMDB''s id of the video.';
COMMENT ON COLUMN trailers.name IS 'Name.';
COMMENT ON COLUMN trailers.site IS 'Where it is shown: YouTube, Vimeo.';
COMMENT ON COLUMN trailers.site_key IS 'The video''s id at that site.';
COMMENT ON COLUMN trailers.type IS 'What it is: Trailer, Teaser, Clip, Featurette …';
COMMENT ON COLUMN trailers.official IS 'Whether the movie''s makers published it.';
COMMENT ON COLUMN trailers.published_at IS 'When it was published.';
COMMENT ON COLUMN trailers.size IS 'Height of the picture in pixels: 360 to 2160.';
COMMENT ON COLUMN trailers.language_code IS 'Language of the video, as TMDB gives it: ISO 639-1.';
COMMENT ON COLUMN trailers.country_code IS 'Country it is for, as TMDB gives it: ISO 3166-1 alpha-2.';
COMMENT ON COLUMN trailers.position IS 'Place in the document''s list among the entries that survive cleaning, 0 the first.';

COMMENT ON TABLE release_calendar IS 'One row a release of a movie in a country: a premiere, in cinemas, on disc …';
COMMENT ON COLUMN release_calendar.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN release_calendar.position IS 'Place in the document''s list among the entries that survive cleaning, 0 the first.';
COMMENT ON COLUMN release_calendar.country_code IS 'The country: ISO 3166-1 alpha-2 in upper case.';
COMMENT ON COLUMN release_calendar.release_date IS 'Day of the release; of a moment with a time the day in UTC.';
COMMENT ON COLUMN release_calendar.type IS 'TMDB''s code: 1 premiere, 2 in few cinemas, 3 in cinemas, 4 digital, 5 physical, 6 television.';
COMMENT ON COLUMN release_calendar.certification IS 'Age rating by the country''s own board, such as PG-13.';
COMMENT ON COLUMN release_calendar.note IS 'Remark: a festival, a shop, a channel.';
COMMENT ON COLUMN release_calendar.language_code IS 'Language of the release, as TMDB gives it: ISO 639-1.';

COMMENT ON TABLE movie_cast IS 'One row a role of a movie; who plays two has two rows.';
COMMENT ON COLUMN movie_cast.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN movie_cast.position IS 'Place in the document''s list among the entries that survive cleaning, 0 the first.';
COMMENT ON COLUMN movie_cast.person_id IS 'Who plays it.';
COMMENT ON COLUMN movie_cast.character IS 'Name of the role.';
COMMENT ON COLUMN movie_cast.cast_order IS 'Place in TMDB''s billing, 0 the first.';
COMMENT ON COLUMN movie_cast.credit_id IS 'TMDB''s id of the credit.';
COMMENT ON COLUMN movie_cast.cast_id IS 'TMDB''s number of the role within the movie.';

COMMENT ON TABLE movie_crew IS 'One row a job at a movie; who does two has two rows.';
COMMENT ON COLUMN movie_crew.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN movie_crew.position IS 'Place in the document''s list among the entries that survive cleaning, 0 the first.';
COMMENT ON COLUMN movie_crew.person_id IS 'Who does it.';
COMMENT ON COLUMN movie_crew.job IS 'The job: Director, Screenplay …';
COMMENT ON COLUMN movie_crew.department IS 'Its department: Directing, Writing …';
COMMENT ON COLUMN movie_crew.credit_id IS 'TMDB''s id of the credit.';

COMMENT ON TABLE movie_keywords IS 'One row a movie and keyword.';
COMMENT ON COLUMN movie_keywords.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN movie_keywords.keyword_id IS 'The keyword.';
COMMENT ON COLUMN movie_keywords.position IS 'Place in the document''s list among the entries that survive cleaning, 0 the first.';

COMMENT ON TABLE movie_popularity IS 'One row a movie and snapshot date: how popular it was, by the document of greatest rank of that date.';
COMMENT ON COLUMN movie_popularity.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN movie_popularity.snapshot_date IS 'Day of which the numbers are.';
COMMENT ON COLUMN movie_popularity.popularity IS 'TMDB''s popularity on that day, a score without unit or limit.';
COMMENT ON COLUMN movie_popularity.vote_average IS 'Mean of TMDB''s votes on that day, 0 to 10.';
COMMENT ON COLUMN movie_popularity.vote_count IS 'Number of TMDB''s votes on that day.';
COMMENT ON COLUMN movie_popularity.has_title IS 'Whether the document has the key title, which a line of TMDB''s ID export has not.';
COMMENT ON COLUMN movie_popularity.content_hash IS 'SHA-256 of the document''s content, whatever its key order, white space and numerals.';

COMMENT ON TABLE users IS 'One row for each user that an accepted event names.';
COMMENT ON COLUMN users.user_id IS 'The user.';
COMMENT ON COLUMN users.first_seen IS 'The time of the user''s first event.';
COMMENT ON COLUMN users.last_seen IS 'The time of the user''s last event.';

COMMENT ON TABLE dim_session IS 'One row for each session that an accepted event names.';
COMMENT ON COLUMN dim_session.session_id IS 'The session''s key, as the events name it.';
COMMENT ON COLUMN dim_session.user_id IS 'The user of its first event.';
COMMENT ON COLUMN dim_session.started_at IS 'The time of its first event.';
COMMENT ON COLUMN dim_session.ended_at IS 'The time of its last event.';
COMMENT ON COLUMN dim_session.device IS 'The device, of its first event that says anything of its device.';
COMMENT ON COLUMN dim_session.browser IS 'The browser, of the same event.';
COMMENT ON COLUMN dim_session.os IS 'The operating system, of the same event.';
COMMENT ON COLUMN dim_session.screen_resolution IS 'The screen''s size in pixels, of the same event.';
COMMENT ON COLUMN dim_session.first_event_id IS 'The id of its first event.';
COMMENT ON COLUMN dim_session.device_event_time IS 'The time of the event that the device fields come from.';
COMMENT ON COLUMN dim_session.device_event_id IS 'The id of that event.';

COMMENT ON TABLE fact_user_event IS 'One row for each accepted event.';
COMMENT ON COLUMN fact_user_event.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN fact_user_event.event_id IS 'The event''s id; with event_time its identity.';
COMMENT ON COLUMN fact_user_event.event_type IS 'What the user did: click, view, share, trailer, dwell, search, watch, …';
COMMENT ON COLUMN fact_user_event.user_id IS 'Who did it.';
COMMENT ON COLUMN fact_user_event.session_id IS 'The session it belongs to.';
COMMENT ON COLUMN fact_user_event.movie_id IS 'The movie it is about; it may not be in movies (yet).';
COMMENT ON COLUMN fact_user_event.seconds IS 'How long, in seconds: of a trailer, dwell or watch.';
COMMENT ON COLUMN fact_user_event.score IS 'The score of a rate event, 0.5 to 10; null withdraws the rating.';
COMMENT ON COLUMN fact_user_event.query IS 'What a search event looked for.';
COMMENT ON COLUMN fact_user_event.release_year IS 'The year of the movie''s release date.';
COMMENT ON COLUMN fact_user_event.primary_genre_id IS 'The first genre of the movie''s document.';
COMMENT ON COLUMN fact_user_event.days_since_release IS 'The event''s UTC day less the movie''s release date, in days.';
COMMENT ON COLUMN fact_user_event.movie_known IS 'Whether the movie is in movies; false without a movie.';
COMMENT ON COLUMN fact_user_event.content_hash IS 'XXH3-64 of the event''s content: tells a duplicate from a conflict.';

COMMENT ON TABLE watch_history IS 'One row for each watch event.';
COMMENT ON COLUMN watch_history.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN watch_history.event_id IS 'The event''s id; with event_time its identity.';
COMMENT ON COLUMN watch_history.user_id IS 'Who watched.';
COMMENT ON COLUMN watch_history.movie_id IS 'What was watched.';
COMMENT ON COLUMN watch_history.watched_seconds IS 'How long, in seconds.';

COMMENT ON TABLE ratings IS 'The last rating of each user and movie, unless it was withdrawn.';
COMMENT ON COLUMN ratings.user_id IS 'Who rated.';
COMMENT ON COLUMN ratings.movie_id IS 'What was rated.';
COMMENT ON COLUMN ratings.score IS 'The score, 0.5 to 10.';
COMMENT ON COLUMN ratings.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN ratings.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON TABLE reactions IS 'The last reaction of each user to a movie, unless it was undone.';
COMMENT ON COLUMN reactions.user_id IS 'Who reacted.';
COMMENT ON COLUMN reactions.movie_id IS 'To what.';
COMMENT ON COLUMN reactions.reaction IS 'like or dislike.';
COMMENT ON COLUMN reactions.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN reactions.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON TABLE watchlist IS 'The last status of each user''s watchlist entry, unless it was removed.';
COMMENT ON COLUMN watchlist.user_id IS 'Whose entry.';
COMMENT ON COLUMN watchlist.movie_id IS 'The movie.';
COMMENT ON COLUMN watchlist.status IS 'watching, completed, planned or dropped.';
COMMENT ON COLUMN watchlist.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN watchlist.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON TABLE comments IS 'The last version of each comment; parent_id makes the thread.';
COMMENT ON COLUMN comments.comment_id IS 'The comment''s key.';
COMMENT ON COLUMN comments.parent_id IS 'The comment that it answers, of its first event.';
COMMENT ON COLUMN comments.user_id IS 'Who wrote it, of its first event.';
COMMENT ON COLUMN comments.movie_id IS 'The movie it is about, of its first event.';
COMMENT ON COLUMN comments.body IS 'Its text, the first 2,000 code points; null when deleted.';
COMMENT ON COLUMN comments.deleted IS 'Whether its last event deletes it.';
COMMENT ON COLUMN comments.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN comments.event_id IS 'The event''s id; with event_time its identity.';
COMMENT ON COLUMN comments.body_reference IS 'Where the raw store keeps the whole of a longer body.';
COMMENT ON COLUMN comments.first_event_time IS 'The time of its first event.';
COMMENT ON COLUMN comments.first_event_id IS 'The id of its first event.';

COMMENT ON TABLE comment_votes IS 'The last vote of each user on a comment, unless it was withdrawn.';
COMMENT ON COLUMN comment_votes.user_id IS 'Who voted.';
COMMENT ON COLUMN comment_votes.comment_id IS 'The comment; it may not be in comments (yet).';
COMMENT ON COLUMN comment_votes.vote IS '1 for, -1 against.';
COMMENT ON COLUMN comment_votes.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN comment_votes.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON TABLE withdrawn_ratings IS 'The last withdrawal of each entry of ratings. Entries that are older than their withdrawal are ignored.';
COMMENT ON COLUMN withdrawn_ratings.user_id IS 'Who rated.';
COMMENT ON COLUMN withdrawn_ratings.movie_id IS 'What was rated.';
COMMENT ON COLUMN withdrawn_ratings.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN withdrawn_ratings.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON TABLE withdrawn_reactions IS 'The last withdrawal of each entry of reactions. Entries that are older than their withdrawal are ignored.';
COMMENT ON COLUMN withdrawn_reactions.user_id IS 'Who reacted.';
COMMENT ON COLUMN withdrawn_reactions.movie_id IS 'To what.';
COMMENT ON COLUMN withdrawn_reactions.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN withdrawn_reactions.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON TABLE withdrawn_watchlist IS 'The last withdrawal of each entry of watchlist. Entries that are older than their withdrawal are ignored.';
COMMENT ON COLUMN withdrawn_watchlist.user_id IS 'Whose entry.';
COMMENT ON COLUMN withdrawn_watchlist.movie_id IS 'The movie.';
COMMENT ON COLUMN withdrawn_watchlist.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN withdrawn_watchlist.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON TABLE withdrawn_comment_votes IS 'The last withdrawal of each entry of comment_votes. Entries that are older than their withdrawal are ignored.';
COMMENT ON COLUMN withdrawn_comment_votes.user_id IS 'Who voted.';
COMMENT ON COLUMN withdrawn_comment_votes.comment_id IS 'The comment; it may not be in comments (yet).';
COMMENT ON COLUMN withdrawn_comment_votes.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN withdrawn_comment_votes.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON TABLE movie_daily IS 'Accepted events by UTC day and movie, of fact_user_event with a movie_id.';
COMMENT ON COLUMN movie_daily.day IS 'The UTC day of the events.';
COMMENT ON COLUMN movie_daily.movie_id IS 'The movie.';
COMMENT ON COLUMN movie_daily.events IS 'Accepted events of any type.';
COMMENT ON COLUMN movie_daily.clicks IS 'Accepted events of type click.';
COMMENT ON COLUMN movie_daily.views IS 'Accepted events of type view.';
COMMENT ON COLUMN movie_daily.shares IS 'Accepted events of type share.';
COMMENT ON COLUMN movie_daily.trailers IS 'Accepted events of type trailer.';
COMMENT ON COLUMN movie_daily.watches IS 'Accepted events of type watch.';
COMMENT ON COLUMN movie_daily.rates IS 'Accepted events of type rate.';
COMMENT ON COLUMN movie_daily.likes IS 'Accepted events of type like.';
COMMENT ON COLUMN movie_daily.dislikes IS 'Accepted events of type dislike.';
COMMENT ON COLUMN movie_daily.comments IS 'Accepted events of type comment.';
COMMENT ON COLUMN movie_daily.watchlist_changes IS 'Accepted events of type watchlist.';
COMMENT ON COLUMN movie_daily.watched_seconds IS 'Whole seconds watched: the sum over watch events of seconds, each cut to an integer of at most 10^9.';
COMMENT ON COLUMN movie_daily.score_thousandths IS 'The sum over rate events of score times 1,000, each cut to an integer.';
COMMENT ON COLUMN movie_daily.scores IS 'How many scores that sum has.';

COMMENT ON TABLE genre_daily IS 'movie_daily summed by genre: a movie counts once for each of its genres in movie_genres.';
COMMENT ON COLUMN genre_daily.day IS 'The UTC day of the events.';
COMMENT ON COLUMN genre_daily.genre_id IS 'The genre.';
COMMENT ON COLUMN genre_daily.events IS 'Accepted events of any type.';
COMMENT ON COLUMN genre_daily.clicks IS 'Accepted events of type click.';
COMMENT ON COLUMN genre_daily.views IS 'Accepted events of type view.';
COMMENT ON COLUMN genre_daily.shares IS 'Accepted events of type share.';
COMMENT ON COLUMN genre_daily.trailers IS 'Accepted events of type trailer.';
COMMENT ON COLUMN genre_daily.watches IS 'Accepted events of type watch.';
COMMENT ON COLUMN genre_daily.rates IS 'Accepted events of type rate.';
COMMENT ON COLUMN genre_daily.likes IS 'Accepted events of type like.';
COMMENT ON COLUMN genre_daily.dislikes IS 'Accepted events of type dislike.';
COMMENT ON COLUMN genre_daily.comments IS 'Accepted events of type comment.';
COMMENT ON COLUMN genre_daily.watchlist_changes IS 'Accepted events of type watchlist.';
COMMENT ON COLUMN genre_daily.watched_seconds IS 'Whole seconds watched: the sum over watch events of seconds, each cut to an integer of at most 10^9.';
COMMENT ON COLUMN genre_daily.score_thousandths IS 'The sum over rate events of score times 1,000, each cut to an integer.';
COMMENT ON COLUMN genre_daily.scores IS 'How many scores that sum has.';

COMMENT ON TABLE top_movies IS 'The 250 best movies by Bayesian weighted rating, (total + prior × mean) / (votes + prior): votes and total are those of TMDB (vote_count, at most 10^7; vote_average of 0 to 10 in thousandths, cut) and the site''s ratings together, mean is all totals by all votes and prior all votes by all movies with votes, both whole numbers.';
COMMENT ON COLUMN top_movies.position IS '1 for the best; ties go to more votes, then to the lesser movie_id.';
COMMENT ON COLUMN top_movies.movie_id IS 'The movie.';
COMMENT ON COLUMN top_movies.title IS 'Its title.';
COMMENT ON COLUMN top_movies.weighted_rating IS 'Its weighted rating, 0 to 10.';
COMMENT ON COLUMN top_movies.mean_rating IS 'Its own mean, 0 to 10.';
COMMENT ON COLUMN top_movies.votes IS 'Its votes, of TMDB and the site.';

COMMENT ON TABLE trending IS 'The 100 movies of most attention in the seven days up to the newest day of movie_daily: the sum over days of heat × (7 − days ago), heat being clicks + views + 2 trailers + 2 watchlist_changes + 3 shares + 3 rates + 3 likes + 3 comments + 4 watches.';
COMMENT ON COLUMN trending.position IS '1 for the most; ties go to the lesser movie_id.';
COMMENT ON COLUMN trending.movie_id IS 'The movie; it may not be in movies (yet).';
COMMENT ON COLUMN trending.title IS 'Its title, when it is known.';
COMMENT ON COLUMN trending.heat IS 'The weighted sum.';
COMMENT ON COLUMN trending.events IS 'Accepted events of the seven days.';

COMMENT ON TABLE load_run IS 'One row for each run, written with each of its commits; read = accepted + duplicates + rejected.';
COMMENT ON COLUMN load_run.run_id IS 'The run''s number, from 1.';
COMMENT ON COLUMN load_run.started_at IS 'When it began, by the system''s clock, whatever --now says.';
COMMENT ON COLUMN load_run.ended_at IS 'When it ended; null while it runs, or when it was killed.';
COMMENT ON COLUMN load_run.outcome IS 'running; completed: it read all its sources; stopped: a signal or --max-duration ended it at a commit; failed: an error ended it; interrupted: it was killed, and the next run noticed.';
COMMENT ON COLUMN load_run.read IS 'Lines that it committed, without blank ones.';
COMMENT ON COLUMN load_run.accepted IS 'Lines whose event or document was new.';
COMMENT ON COLUMN load_run.duplicates IS 'Lines whose event or document the warehouse had already.';
COMMENT ON COLUMN load_run.rejected IS 'Lines that were put into quarantine.';
COMMENT ON COLUMN load_run.warnings IS 'Values that were dropped or made null in lines that were not rejected.';
COMMENT ON COLUMN load_run.error IS 'Why it failed or was interrupted, without passwords; null for other outcomes.';

COMMENT ON TABLE load_checkpoint IS 'How far each source is loaded; committed with the rows that it counts, in one transaction.';
COMMENT ON COLUMN load_checkpoint.port IS 'movies or events.';
COMMENT ON COLUMN load_checkpoint.source_key IS 'Identifies the source: sha256: and the SHA-256, in hexadecimal, of the bytes that were read of it; for a partition of Kafka kafka:CLUSTER/TOPIC/NUMBER.';
COMMENT ON COLUMN load_checkpoint.snapshot_date IS 'The snapshot date, YYYY-MM-DD, that was given or that the file''s name contains; empty when there is none.';
COMMENT ON COLUMN load_checkpoint.source IS 'The source''s name, as the user gave it last.';
COMMENT ON COLUMN load_checkpoint.is_complete IS 'Whether the source is loaded to its end.';
COMMENT ON COLUMN load_checkpoint.read IS 'Lines of it, over all runs, without blank ones.';
COMMENT ON COLUMN load_checkpoint.accepted IS 'Lines whose event or document was new.';
COMMENT ON COLUMN load_checkpoint.duplicates IS 'Lines whose event or document the warehouse had already.';
COMMENT ON COLUMN load_checkpoint.rejected IS 'Lines that were put into quarantine.';
COMMENT ON COLUMN load_checkpoint.warnings IS 'Values that were dropped or made null in lines that were not rejected.';
COMMENT ON COLUMN load_checkpoint.run_id IS 'The last run that read something of it.';
COMMENT ON COLUMN load_checkpoint.source_bytes IS 'How many of the file''s (compressed) bytes source_key is the hash of; null for a partition of Kafka, and in rows of older versions, whose source_key is that of the whole file.';
COMMENT ON COLUMN load_checkpoint.source_head IS 'A short hash of the first 256 of these bytes, to recognise the file; null where source_bytes is null.';
COMMENT ON COLUMN load_checkpoint.may_grow IS 'Whether the source may have grown when a later run reads it: a plain file or a partition may.';
COMMENT ON COLUMN load_checkpoint.first_run_id IS 'The run in which the reading of the source began.';
COMMENT ON COLUMN load_checkpoint.position IS 'How far the source is loaded. For a file lines:bytes, the lines (blank ones included) and bytes of the decompressed stream that are loaded; for a partition of Kafka the next offset, and what proves that it is still the same log.';

COMMENT ON TABLE load_outgrown IS 'The earlier states of sources that have grown: a copy from before the growth is skipped, since it is loaded.';
COMMENT ON COLUMN load_outgrown.port IS 'movies or events.';
COMMENT ON COLUMN load_outgrown.source_key IS 'What identified the source then, as in load_checkpoint.';
COMMENT ON COLUMN load_outgrown.snapshot_date IS 'As in load_checkpoint.';
COMMENT ON COLUMN load_outgrown.source_bytes IS 'How many bytes the source had then.';
COMMENT ON COLUMN load_outgrown.source_head IS 'As in load_checkpoint.';

COMMENT ON TABLE load_output IS 'Files that `quarantine export -o` wrote; they are not read as input while they are unchanged.';
COMMENT ON COLUMN load_output.device IS 'The file system that the file is on.';
COMMENT ON COLUMN load_output.inode IS 'The file''s number on that file system.';
COMMENT ON COLUMN load_output.bytes IS 'Its size in bytes.';
COMMENT ON COLUMN load_output.modified_at IS 'When it was written, in nanoseconds since 1970.';
COMMENT ON COLUMN load_output.path IS 'Its path, as the user named it.';

COMMENT ON TABLE rejected_record IS 'The quarantine: one row for each line that broke a rule, once by (source, line, rule, raw).';
COMMENT ON COLUMN rejected_record.rejected_id IS 'Its number in the quarantine.';
COMMENT ON COLUMN rejected_record.source IS 'The source''s name, as the user gave it.';
COMMENT ON COLUMN rejected_record.line IS 'The line''s number in the source, from 1, blank lines included; for Kafka the record''s offset.';
COMMENT ON COLUMN rejected_record.byte_offset IS 'The offset of its first byte of content in the decompressed stream, from 0.';
COMMENT ON COLUMN rejected_record.rule IS 'The first cleaning rule that it broke; see RULES.md.';
COMMENT ON COLUMN rejected_record.message IS 'What is wrong with the line, and how to correct it.';
COMMENT ON COLUMN rejected_record.raw IS 'The line, byte for byte; of one over 16 MiB, and of the first line of a file that is not NDJSON, at most 64 KiB.';
COMMENT ON COLUMN rejected_record.port IS 'movies or events: the port that the line was read through.';
COMMENT ON COLUMN rejected_record.snapshot_date IS 'The snapshot date that a movie document would have had.';
COMMENT ON COLUMN rejected_record.raw_hash IS 'SHA-256 of raw; the unique key has it in the place of raw.';
COMMENT ON COLUMN rejected_record.run_id IS 'The run that put it into quarantine.';
COMMENT ON COLUMN rejected_record.last_run_id IS 'The last run that found it in its source.';
COMMENT ON COLUMN rejected_record.cured_run_id IS 'The run that cured it: it read the whole source and did not find this line, it accepted this line, or it loaded the event or movie of this line. Null while the line is open.';
COMMENT ON COLUMN rejected_record.event_time IS 'The event''s time, if the line has both time and id.';
COMMENT ON COLUMN rejected_record.event_id IS 'The event''s id, if the line has both time and id.';
COMMENT ON COLUMN rejected_record.movie_id IS 'The movie, where the line is a movie document with an id.';

COMMENT ON TABLE load_run_rule IS 'Rejected lines of each run by rule. For each rule, over all runs, rejected = rows of rejected_record + lines of load_dropped + again.';
COMMENT ON COLUMN load_run_rule.run_id IS 'The run.';
COMMENT ON COLUMN load_run_rule.rule IS 'The rule; empty for lines of runs by a version that did not count them by rule.';
COMMENT ON COLUMN load_run_rule.rejected IS 'Lines that the run rejected.';
COMMENT ON COLUMN load_run_rule.again IS 'Lines that have no row of their own for this rule, since they were in quarantine already or were moved to another rule.';

COMMENT ON TABLE load_dropped IS 'Counts of the lines that were dropped from the quarantine.';
COMMENT ON COLUMN load_dropped.drop_id IS 'The number of the drop, from 1.';
COMMENT ON COLUMN load_dropped.run_id IS 'The run that had put the lines there.';
COMMENT ON COLUMN load_dropped.source IS 'The source that they came from.';
COMMENT ON COLUMN load_dropped.rule IS 'The rule that they broke.';
COMMENT ON COLUMN load_dropped.was_cured IS 'Whether they were cured.';
COMMENT ON COLUMN load_dropped.dropped_at IS 'When they were dropped.';
COMMENT ON COLUMN load_dropped.lines IS 'How many lines.';
COMMENT ON COLUMN load_dropped.bytes IS 'The size of the lines themselves in bytes.';

COMMENT ON TABLE load_pending_movie IS 'Movies whose rows were replaced since the marts were last computed; empty after each completed run.';
COMMENT ON COLUMN load_pending_movie.movie_id IS 'The movie.';
COMMENT ON COLUMN load_pending_movie.changes_facts IS 'Whether a value changed that facts copy from the movie: its release date or its genres.';

COMMENT ON TABLE load_stale_day IS 'Days of movie_daily that changed since genre_daily was last computed; empty after each completed run.';
COMMENT ON COLUMN load_stale_day.day IS 'The day.';

COMMENT ON TABLE load_mart_refresh IS 'The run that brought the marts up to date last: one row, or none before the first such run.';
COMMENT ON COLUMN load_mart_refresh.run_id IS 'The run.';

COMMENT ON TABLE load_row_count IS 'How many rows fact_user_event and watch_history have, counted as they are inserted.';
COMMENT ON COLUMN load_row_count.table_name IS 'The table.';
COMMENT ON COLUMN load_row_count.row_count IS 'How many rows it has.';

COMMENT ON TABLE schema_migration IS 'One row for each migration that was applied to this warehouse.';
COMMENT ON COLUMN schema_migration.version IS 'The migration''s number, from 1.';
COMMENT ON COLUMN schema_migration.name IS 'Its file''s name without the ending.';
COMMENT ON COLUMN schema_migration.applied_at IS 'When it was applied.';

COMMENT ON VIEW users_readable IS 'The rows of users, with times in UTC and ids as text.';
COMMENT ON COLUMN users_readable.user_id IS 'The user.';
COMMENT ON COLUMN users_readable.first_seen IS 'The time of the user''s first event.';
COMMENT ON COLUMN users_readable.last_seen IS 'The time of the user''s last event.';

COMMENT ON VIEW dim_session_readable IS 'The rows of dim_session, with times in UTC and ids as text.';
COMMENT ON COLUMN dim_session_readable.session_id IS 'The session''s key, as the events name it.';
COMMENT ON COLUMN dim_session_readable.user_id IS 'The user of its first event.';
COMMENT ON COLUMN dim_session_readable.started_at IS 'The time of its first event.';
COMMENT ON COLUMN dim_session_readable.ended_at IS 'The time of its last event.';
COMMENT ON COLUMN dim_session_readable.device IS 'The device, of its first event that says anything of its device.';
COMMENT ON COLUMN dim_session_readable.browser IS 'The browser, of the same event.';
COMMENT ON COLUMN dim_session_readable.os IS 'The operating system, of the same event.';
COMMENT ON COLUMN dim_session_readable.screen_resolution IS 'The screen''s size in pixels, of the same event.';
COMMENT ON COLUMN dim_session_readable.first_event_id IS 'The id of its first event.';
COMMENT ON COLUMN dim_session_readable.device_event_time IS 'The time of the event that the device fields come from.';
COMMENT ON COLUMN dim_session_readable.device_event_id IS 'The id of that event.';

COMMENT ON VIEW fact_user_event_readable IS 'The rows of fact_user_event, with times in UTC and ids as text, and booleans as 0 and 1.';
COMMENT ON COLUMN fact_user_event_readable.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN fact_user_event_readable.event_id IS 'The event''s id; with event_time its identity.';
COMMENT ON COLUMN fact_user_event_readable.event_type IS 'What the user did: click, view, share, trailer, dwell, search, watch, …';
COMMENT ON COLUMN fact_user_event_readable.user_id IS 'Who did it.';
COMMENT ON COLUMN fact_user_event_readable.session_id IS 'The session it belongs to.';
COMMENT ON COLUMN fact_user_event_readable.movie_id IS 'The movie it is about; it may not be in movies (yet).';
COMMENT ON COLUMN fact_user_event_readable.movie_title IS 'The movie''s title; null while the movie is not in movies.';
COMMENT ON COLUMN fact_user_event_readable.seconds IS 'How long, in seconds: of a trailer, dwell or watch.';
COMMENT ON COLUMN fact_user_event_readable.score IS 'The score of a rate event, 0.5 to 10; null withdraws the rating.';
COMMENT ON COLUMN fact_user_event_readable.query IS 'What a search event looked for.';
COMMENT ON COLUMN fact_user_event_readable.release_year IS 'The year of the movie''s release date.';
COMMENT ON COLUMN fact_user_event_readable.primary_genre_id IS 'The first genre of the movie''s document.';
COMMENT ON COLUMN fact_user_event_readable.primary_genre IS 'The name of that genre.';
COMMENT ON COLUMN fact_user_event_readable.days_since_release IS 'The event''s UTC day less the movie''s release date, in days.';
COMMENT ON COLUMN fact_user_event_readable.movie_known IS 'Whether the movie is in movies; false without a movie.';

COMMENT ON VIEW watch_history_readable IS 'The rows of watch_history, with times in UTC and ids as text.';
COMMENT ON COLUMN watch_history_readable.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN watch_history_readable.event_id IS 'The event''s id; with event_time its identity.';
COMMENT ON COLUMN watch_history_readable.user_id IS 'Who watched.';
COMMENT ON COLUMN watch_history_readable.movie_id IS 'What was watched.';
COMMENT ON COLUMN watch_history_readable.movie_title IS 'The movie''s title; null while the movie is not in movies.';
COMMENT ON COLUMN watch_history_readable.watched_seconds IS 'How long, in seconds.';

COMMENT ON VIEW ratings_readable IS 'The rows of ratings, with times in UTC and ids as text.';
COMMENT ON COLUMN ratings_readable.user_id IS 'Who rated.';
COMMENT ON COLUMN ratings_readable.movie_id IS 'What was rated.';
COMMENT ON COLUMN ratings_readable.movie_title IS 'The movie''s title; null while the movie is not in movies.';
COMMENT ON COLUMN ratings_readable.score IS 'The score, 0.5 to 10.';
COMMENT ON COLUMN ratings_readable.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN ratings_readable.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON VIEW reactions_readable IS 'The rows of reactions, with times in UTC and ids as text.';
COMMENT ON COLUMN reactions_readable.user_id IS 'Who reacted.';
COMMENT ON COLUMN reactions_readable.movie_id IS 'To what.';
COMMENT ON COLUMN reactions_readable.movie_title IS 'The movie''s title; null while the movie is not in movies.';
COMMENT ON COLUMN reactions_readable.reaction IS 'like or dislike.';
COMMENT ON COLUMN reactions_readable.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN reactions_readable.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON VIEW watchlist_readable IS 'The rows of watchlist, with times in UTC and ids as text.';
COMMENT ON COLUMN watchlist_readable.user_id IS 'Whose entry.';
COMMENT ON COLUMN watchlist_readable.movie_id IS 'The movie.';
COMMENT ON COLUMN watchlist_readable.movie_title IS 'The movie''s title; null while the movie is not in movies.';
COMMENT ON COLUMN watchlist_readable.status IS 'watching, completed, planned or dropped.';
COMMENT ON COLUMN watchlist_readable.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN watchlist_readable.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON VIEW comments_readable IS 'The rows of comments, with times in UTC and ids as text, and booleans as 0 and 1.';
COMMENT ON COLUMN comments_readable.comment_id IS 'The comment''s key.';
COMMENT ON COLUMN comments_readable.parent_id IS 'The comment that it answers, of its first event.';
COMMENT ON COLUMN comments_readable.user_id IS 'Who wrote it, of its first event.';
COMMENT ON COLUMN comments_readable.movie_id IS 'The movie it is about, of its first event.';
COMMENT ON COLUMN comments_readable.movie_title IS 'The movie''s title; null while the movie is not in movies.';
COMMENT ON COLUMN comments_readable.body IS 'Its text, the first 2,000 code points; null when deleted.';
COMMENT ON COLUMN comments_readable.deleted IS 'Whether its last event deletes it.';
COMMENT ON COLUMN comments_readable.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN comments_readable.event_id IS 'The event''s id; with event_time its identity.';
COMMENT ON COLUMN comments_readable.body_reference IS 'Where the raw store keeps the whole of a longer body.';
COMMENT ON COLUMN comments_readable.first_event_time IS 'The time of its first event.';
COMMENT ON COLUMN comments_readable.first_event_id IS 'The id of its first event.';

COMMENT ON VIEW comment_votes_readable IS 'The rows of comment_votes, with times in UTC and ids as text.';
COMMENT ON COLUMN comment_votes_readable.user_id IS 'Who voted.';
COMMENT ON COLUMN comment_votes_readable.comment_id IS 'The comment; it may not be in comments (yet).';
COMMENT ON COLUMN comment_votes_readable.vote IS '1 for, -1 against.';
COMMENT ON COLUMN comment_votes_readable.event_time IS 'When the event happened, in UTC.';
COMMENT ON COLUMN comment_votes_readable.event_id IS 'The event''s id; with event_time its identity.';

COMMENT ON VIEW trailers_readable IS 'The rows of trailers, with times in UTC and ids as text, and booleans as 0 and 1.';
COMMENT ON COLUMN trailers_readable.movie_id IS 'TMDB''s number of the movie.';
COMMENT ON COLUMN trailers_readable.movie_title IS 'The movie''s title; null while the movie is not in movies.';
COMMENT ON COLUMN trailers_readable.video_id IS 'TMDB''s id of the video.';
COMMENT ON COLUMN trailers_readable.name IS 'Name.';
COMMENT ON COLUMN trailers_readable.site IS 'Where it is shown: YouTube, Vimeo.';
COMMENT ON COLUMN trailers_readable.site_key IS 'The video''s id at that site.';
COMMENT ON COLUMN trailers_readable.type IS 'What it is: Trailer, Teaser, Clip, Featurette …';
COMMENT ON COLUMN trailers_readable.official IS 'Whether the movie''s makers published it.';
COMMENT ON COLUMN trailers_readable.published_at IS 'When it was published.';
COMMENT ON COLUMN trailers_readable.size IS 'Height of the picture in pixels: 360 to 2160.';
COMMENT ON COLUMN trailers_readable.language_code IS 'Language of the video, as TMDB gives it: ISO 639-1.';
COMMENT ON COLUMN trailers_readable.country_code IS 'Country it is for, as TMDB gives it: ISO 3166-1 alpha-2.';
COMMENT ON COLUMN trailers_readable.position IS 'Place in the document''s list among the entries that survive cleaning, 0 the first.';

COMMENT ON VIEW load_run_readable IS 'The rows of load_run, with times in UTC and ids as text.';
COMMENT ON COLUMN load_run_readable.run_id IS 'The run''s number, from 1.';
COMMENT ON COLUMN load_run_readable.started_at IS 'When it began, by the system''s clock, whatever --now says.';
COMMENT ON COLUMN load_run_readable.ended_at IS 'When it ended; null while it runs, or when it was killed.';
COMMENT ON COLUMN load_run_readable.outcome IS 'running; completed: it read all its sources; stopped: a signal or --max-duration ended it at a commit; failed: an error ended it; interrupted: it was killed, and the next run noticed.';
COMMENT ON COLUMN load_run_readable.read IS 'Lines that it committed, without blank ones.';
COMMENT ON COLUMN load_run_readable.accepted IS 'Lines whose event or document was new.';
COMMENT ON COLUMN load_run_readable.duplicates IS 'Lines whose event or document the warehouse had already.';
COMMENT ON COLUMN load_run_readable.rejected IS 'Lines that were put into quarantine.';
COMMENT ON COLUMN load_run_readable.warnings IS 'Values that were dropped or made null in lines that were not rejected.';
COMMENT ON COLUMN load_run_readable.error IS 'Why it failed or was interrupted, without passwords; null for other outcomes.';

COMMENT ON VIEW schema_migration_readable IS 'The rows of schema_migration, with times in UTC and ids as text.';
COMMENT ON COLUMN schema_migration_readable.version IS 'The migration''s number, from 1.';
COMMENT ON COLUMN schema_migration_readable.name IS 'Its file''s name without the ending.';
COMMENT ON COLUMN schema_migration_readable.applied_at IS 'When it was applied.';

COMMENT ON VIEW rejected_record_readable IS 'The rows of rejected_record, with times in UTC and ids as text.';
COMMENT ON COLUMN rejected_record_readable.rejected_id IS 'Its number in the quarantine.';
COMMENT ON COLUMN rejected_record_readable.source IS 'The source''s name, as the user gave it.';
COMMENT ON COLUMN rejected_record_readable.line IS 'The line''s number in the source, from 1, blank lines included; for Kafka the record''s offset.';
COMMENT ON COLUMN rejected_record_readable.byte_offset IS 'The offset of its first byte of content in the decompressed stream, from 0.';
COMMENT ON COLUMN rejected_record_readable.rule IS 'The first cleaning rule that it broke; see RULES.md.';
COMMENT ON COLUMN rejected_record_readable.message IS 'What is wrong with the line, and how to correct it.';
COMMENT ON COLUMN rejected_record_readable.raw IS 'The line, byte for byte; of one over 16 MiB, and of the first line of a file that is not NDJSON, at most 64 KiB.';
COMMENT ON COLUMN rejected_record_readable.port IS 'movies or events: the port that the line was read through.';
COMMENT ON COLUMN rejected_record_readable.snapshot_date IS 'The snapshot date that a movie document would have had.';
COMMENT ON COLUMN rejected_record_readable.raw_hash IS 'SHA-256 of raw; the unique key has it in the place of raw.';
COMMENT ON COLUMN rejected_record_readable.run_id IS 'The run that put it into quarantine.';
COMMENT ON COLUMN rejected_record_readable.last_run_id IS 'The last run that found it in its source.';
COMMENT ON COLUMN rejected_record_readable.cured_run_id IS 'The run that cured it: it read the whole source and did not find this line, it accepted this line, or it loaded the event or movie of this line. Null while the line is open.';
COMMENT ON COLUMN rejected_record_readable.event_time IS 'The event''s time, if the line has both time and id.';
COMMENT ON COLUMN rejected_record_readable.event_id IS 'The event''s id, if the line has both time and id.';
COMMENT ON COLUMN rejected_record_readable.movie_id IS 'The movie, where the line is a movie document with an id.';

COMMENT ON VIEW load_dropped_readable IS 'The rows of load_dropped, with times in UTC and ids as text, and booleans as 0 and 1.';
COMMENT ON COLUMN load_dropped_readable.drop_id IS 'The number of the drop, from 1.';
COMMENT ON COLUMN load_dropped_readable.run_id IS 'The run that had put the lines there.';
COMMENT ON COLUMN load_dropped_readable.source IS 'The source that they came from.';
COMMENT ON COLUMN load_dropped_readable.rule IS 'The rule that they broke.';
COMMENT ON COLUMN load_dropped_readable.was_cured IS 'Whether they were cured.';
COMMENT ON COLUMN load_dropped_readable.dropped_at IS 'When they were dropped.';
COMMENT ON COLUMN load_dropped_readable.lines IS 'How many lines.';
COMMENT ON COLUMN load_dropped_readable.bytes IS 'The size of the lines themselves in bytes.';

COMMENT ON VIEW rejected_event_readable IS 'The event lines in quarantine, with what could be read of them, with times in UTC and ids as text.';
COMMENT ON COLUMN rejected_event_readable.rejected_id IS 'Its number in the quarantine.';
COMMENT ON COLUMN rejected_event_readable.source IS 'The source''s name, as the user gave it.';
COMMENT ON COLUMN rejected_event_readable.line IS 'The line''s number in the source, from 1, blank lines included; for Kafka the record''s offset.';
COMMENT ON COLUMN rejected_event_readable.rule IS 'The first cleaning rule that it broke; see RULES.md.';
COMMENT ON COLUMN rejected_event_readable.message IS 'What is wrong with the line, and how to correct it.';
COMMENT ON COLUMN rejected_event_readable.event_time IS 'The event''s time, if the line has both time and id.';
COMMENT ON COLUMN rejected_event_readable.event_id IS 'The event''s id, if the line has both time and id.';
COMMENT ON COLUMN rejected_event_readable.event_type IS 'What the user did: click, view, share, trailer, dwell, search, watch, …';
COMMENT ON COLUMN rejected_event_readable.user_id IS 'Who did it.';
COMMENT ON COLUMN rejected_event_readable.session_id IS 'The session it belongs to.';
COMMENT ON COLUMN rejected_event_readable.movie_id IS 'The movie, where the line is a movie document with an id.';
COMMENT ON COLUMN rejected_event_readable.seconds IS 'How long, in seconds: of a trailer, dwell or watch.';
COMMENT ON COLUMN rejected_event_readable.score IS 'The score of a rate event, 0.5 to 10; null withdraws the rating.';
COMMENT ON COLUMN rejected_event_readable.query IS 'What a search event looked for.';
COMMENT ON COLUMN rejected_event_readable.cured_run_id IS 'The run that cured it: it read the whole source and did not find this line, it accepted this line, or it loaded the event or movie of this line. Null while the line is open.';
