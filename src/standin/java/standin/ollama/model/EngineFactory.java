package standin.ollama.model;

/** Starts the engines that run the models in memory. */
public interface EngineFactory {

    /** Starts nothing, for a server inside a test: there, a loaded model is only an entry in a list. */
    EngineFactory NONE = model -> () -> {};

    /** Runs one model until it is closed. */
    interface Engine extends AutoCloseable {
        @Override
        void close();
    }

    Engine start(CatalogueModel model);
}
